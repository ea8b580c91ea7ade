"""The operator's YAML becomes `router.model.rules.Rules`, or findings that say where, what and what to do."""
