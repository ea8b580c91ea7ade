"""Our topics: their names, their definitions from topics/*.yaml, and making a cluster agree with them."""

INPUTS = "router.inputs.v1"
STATE = "router.state.v1"
DECISIONS = "router.decisions.v1"
NOTICES = "router.notices.v1"
INCIDENTS = "router.incidents.v1"
DELIVERIES = "router.deliveries.v1"
LEDGER = "router.ledger.v1"
DEADLETTER = "router.deadletter.v1"
TOPICS = (INPUTS, STATE, DECISIONS, NOTICES, INCIDENTS, DELIVERIES, LEDGER, DEADLETTER)
