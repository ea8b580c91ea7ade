"""The topology as people see it: words, Mermaid, SVG; with an incident's path on it, if there is one."""
