"""Who would notice: alarms, event rules, trails, invocation logs, spend, kill switches."""
