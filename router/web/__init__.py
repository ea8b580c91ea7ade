"""The web role: Slack's buttons, the JSON API and the console, over a read model of `router.incidents.v1`."""
