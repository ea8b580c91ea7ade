"""What happens to one incident: the stages applied to a turn. `router.pipeline` says when."""
