"""What runs code on a path: functions, containers, runtimes, and what calls them."""
