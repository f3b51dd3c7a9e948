"""Where traffic may go: routes, security groups, VPC endpoints."""
