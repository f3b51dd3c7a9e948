"""Controls of the checklist item, in catalogue order."""

from assessor.model.control import Control
from evaluators.access.agentcore_inbound_authorization import agentcore_inbound_authorization
from evaluators.access.ai_resource_policies_not_open import ai_resource_policies_not_open
from evaluators.access.app_client_token_hygiene import app_client_token_hygiene
from evaluators.access.appsync_api_authenticated import appsync_api_authenticated
from evaluators.access.authorizers_bind_issuer_audience_scope import authorizers_bind_issuer_audience_scope
from evaluators.access.cognito_mfa_enforced import cognito_mfa_enforced
from evaluators.access.cognito_threat_protection_enforced import cognito_threat_protection_enforced
from evaluators.access.fine_grained_authorization_layer import fine_grained_authorization_layer
from evaluators.access.http_websocket_routes_authenticated import http_websocket_routes_authenticated
from evaluators.access.identity_pool_guests_cannot_reach_models import (
    identity_pool_guests_cannot_reach_models,
)
from evaluators.access.identity_pool_user_role_scoped import identity_pool_user_role_scoped
from evaluators.access.lambda_url_authenticated import lambda_url_authenticated
from evaluators.access.load_balancer_front_doors_authenticated import load_balancer_front_doors_authenticated
from evaluators.access.mantle_plane_allow_listed import mantle_plane_allow_listed
from evaluators.access.model_selection_enforced_by_policy import model_selection_enforced_by_policy
from evaluators.access.no_iam_users_with_keys_can_invoke import no_iam_users_with_keys_can_invoke
from evaluators.access.no_long_lived_bedrock_api_keys import no_long_lived_bedrock_api_keys
from evaluators.access.no_provider_keys_in_environment import no_provider_keys_in_environment
from evaluators.access.no_unrestricted_model_invocation import no_unrestricted_model_invocation
from evaluators.access.orchestrator_roles_narrow_and_unshared import orchestrator_roles_narrow_and_unshared
from evaluators.access.path_function_policy_not_open import path_function_policy_not_open
from evaluators.access.rest_api_methods_authenticated import rest_api_methods_authenticated
from evaluators.access.retrieve_permission_scoped import retrieve_permission_scoped
from evaluators.access.self_registration_controlled import self_registration_controlled
from evaluators.access.service_role_trust_is_confused_deputy_safe import (
    service_role_trust_is_confused_deputy_safe,
)

CONTROLS: tuple[Control, ...] = (
    rest_api_methods_authenticated,
    http_websocket_routes_authenticated,
    lambda_url_authenticated,
    appsync_api_authenticated,
    load_balancer_front_doors_authenticated,
    agentcore_inbound_authorization,
    authorizers_bind_issuer_audience_scope,
    cognito_mfa_enforced,
    cognito_threat_protection_enforced,
    self_registration_controlled,
    app_client_token_hygiene,
    identity_pool_guests_cannot_reach_models,
    identity_pool_user_role_scoped,
    fine_grained_authorization_layer,
    no_unrestricted_model_invocation,
    model_selection_enforced_by_policy,
    no_long_lived_bedrock_api_keys,
    no_iam_users_with_keys_can_invoke,
    no_provider_keys_in_environment,
    mantle_plane_allow_listed,
    service_role_trust_is_confused_deputy_safe,
    orchestrator_roles_narrow_and_unshared,
    ai_resource_policies_not_open,
    path_function_policy_not_open,
    retrieve_permission_scoped,
)
