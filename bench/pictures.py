"""Reliability diagram and coverage curve."""
def reliability_diagram(a,t): return ""
def coverage_curve(a,t): return ""
