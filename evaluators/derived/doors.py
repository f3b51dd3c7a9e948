"""Front doors in scope: the one seam where a run's scope narrows which doors are judged.

Controls about doors take them from here and from nowhere else. In scope ``account`` every door of the account is
judged.
"""

from typing import TypeVar

from assessor.model.view import Gathered, View
from evaluators.derived.function_urls import FunctionUrl, function_urls
from evaluators.derived.http_doors import HttpApi, HttpStage, Route, http_apis, http_routes, http_stages
from evaluators.derived.rest_doors import RestMethod, RestStage, rest_methods, rest_stages
from evaluators.derived.user_pools import UserPool, user_pools
from evaluators.derived.web_doors import WebDoor, web_doors

Door = RestMethod | RestStage | HttpApi | Route | HttpStage | FunctionUrl | UserPool | WebDoor
D = TypeVar("D", RestMethod, RestStage, HttpApi, Route, HttpStage, FunctionUrl, UserPool, WebDoor)


def in_scope(aws: View, doors: Gathered[D]) -> Gathered[D]:  # noqa: ARG001 - the view carries the scope
    """The doors that the run's scope has judged."""
    return doors


def doors_rest_methods(aws: View) -> Gathered[RestMethod]:
    """Methods of REST APIs, one for every stage."""
    return in_scope(aws, aws.derive(rest_methods))


def doors_rest_stages(aws: View) -> Gathered[RestStage]:
    """Stages of REST APIs."""
    return in_scope(aws, aws.derive(rest_stages))


def doors_http_apis(aws: View) -> Gathered[HttpApi]:
    """HTTP and WebSocket APIs."""
    return in_scope(aws, aws.derive(http_apis))


def doors_http_routes(aws: View) -> Gathered[Route]:
    """Routes of HTTP and WebSocket APIs."""
    return in_scope(aws, aws.derive(http_routes))


def doors_http_stages(aws: View) -> Gathered[HttpStage]:
    """Stages of HTTP and WebSocket APIs, with their routes."""
    return in_scope(aws, aws.derive(http_stages))


def doors_function_urls(aws: View) -> Gathered[FunctionUrl]:
    """Lambda function URLs."""
    return in_scope(aws, aws.derive(function_urls))


def doors_user_pools(aws: View) -> Gathered[UserPool]:
    """User pools that sign callers in."""
    return in_scope(aws, aws.derive(user_pools))


def doors_on_the_web(aws: View) -> Gathered[WebDoor]:
    """What answers requests from the internet or a network, as a web ACL sees it."""
    return in_scope(aws, aws.derive(web_doors))
