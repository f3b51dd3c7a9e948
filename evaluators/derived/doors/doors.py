"""Front doors: the one place from which controls about doors take them.

Every door of the account; in scope ``workload`` the evaluation leaves out those that lead to no model
(`evaluators.derived.workload`).
"""

from assessor.model.view import Gathered, View
from evaluators.derived.compute.handlers import Handler, handlers
from evaluators.derived.doors.balancer_doors import Listener, Way, listeners, ways
from evaluators.derived.doors.custom_domains import CustomDomain, custom_domains
from evaluators.derived.doors.function_urls import FunctionUrl, function_urls
from evaluators.derived.doors.http_doors import HttpApi, HttpStage, Route, http_apis, http_routes, http_stages
from evaluators.derived.doors.origin_doors import origin_doors
from evaluators.derived.doors.rest_doors import RestMethod, RestStage, rest_methods, rest_stages
from evaluators.derived.doors.web_doors import (
    WebDoor,
    app_runner_services,
    appsync_apis,
    distributions,
    web_doors,
)
from evaluators.derived.users.user_pools import UserPool, user_pools


def doors_rest_methods(aws: View) -> Gathered[RestMethod]:
    """Methods of REST APIs, one for every stage."""
    return aws.derive(rest_methods)


def doors_rest_stages(aws: View) -> Gathered[RestStage]:
    """Stages of REST APIs."""
    return aws.derive(rest_stages)


def doors_http_apis(aws: View) -> Gathered[HttpApi]:
    """HTTP and WebSocket APIs."""
    return aws.derive(http_apis)


def doors_http_routes(aws: View) -> Gathered[Route]:
    """Routes of HTTP and WebSocket APIs."""
    return aws.derive(http_routes)


def doors_http_stages(aws: View) -> Gathered[HttpStage]:
    """Stages of HTTP and WebSocket APIs, with their routes."""
    return aws.derive(http_stages)


def doors_function_urls(aws: View) -> Gathered[FunctionUrl]:
    """Lambda function URLs."""
    return aws.derive(function_urls)


def doors_user_pools(aws: View) -> Gathered[UserPool]:
    """User pools that sign callers in."""
    return aws.derive(user_pools)


def doors_on_the_web(aws: View) -> Gathered[WebDoor]:
    """What answers requests from the internet or a network, as a web ACL sees it."""
    return aws.derive(web_doors)


def doors_of_origins(aws: View) -> Gathered[WebDoor]:
    """What a distribution or a custom domain may stand before."""
    return aws.derive(origin_doors)


def doors_appsync(aws: View) -> Gathered[WebDoor]:
    """GraphQL and Event APIs of AppSync."""
    return aws.derive(appsync_apis)


def doors_app_runner(aws: View) -> Gathered[WebDoor]:
    """Services of App Runner."""
    return aws.derive(app_runner_services)


def doors_distributions(aws: View) -> Gathered[WebDoor]:
    """CloudFront distributions."""
    return aws.derive(distributions)


def doors_custom_domains(aws: View) -> Gathered[CustomDomain]:
    """Custom domain names of API Gateway."""
    return aws.derive(custom_domains)


def doors_listeners(aws: View) -> Gathered[Listener]:
    """Listeners of load balancers."""
    return aws.derive(listeners)


def doors_balancer_ways(aws: View) -> Gathered[Way]:
    """Rules of listeners, and listeners without rules."""
    return aws.derive(ways)


def doors_handlers(aws: View) -> Gathered[Handler]:
    """Functions that may handle requests."""
    return aws.derive(handlers)
