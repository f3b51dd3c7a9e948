"""Amazon Bedrock: guardrails, models, agreements, enforcement and invocation logging.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock.html
"""

from assessor.model.operation import Bind, Each, Operation
from collectors import bedrock_agent, naming

_PAGE = ("nextToken", "nextToken")

# -- guardrails --------------------------------------------------------------------------------------
LIST_GUARDRAILS = Operation(
    "bedrock", "ListGuardrails", "bedrock:ListGuardrails", items="guardrails", token=_PAGE
)

LIST_GUARDRAILS_VERSIONS = Operation(
    "bedrock",
    "ListGuardrails",
    "bedrock:ListGuardrails",
    items="guardrails",
    token=_PAGE,
    each=(Each(LIST_GUARDRAILS, {"guardrailIdentifier": "id"}),),
    variant="versions",
)

GET_GUARDRAIL = Operation(
    "bedrock",
    "GetGuardrail",
    "bedrock:GetGuardrail",
    each=(Each(LIST_GUARDRAILS_VERSIONS, {"guardrailIdentifier": "id", "guardrailVersion": "version"}),),
    redact=(
        "topicPolicy.topics[].definition",
        "topicPolicy.topics[].examples[]",
        "wordPolicy.words[].text",
        "sensitiveInformationPolicy.regexes[].pattern",
    ),
)

LIST_ENFORCED_GUARDRAILS_CONFIGURATION = Operation(
    "bedrock",
    "ListEnforcedGuardrailsConfiguration",
    "bedrock:ListEnforcedGuardrailsConfiguration",
    items="guardrailsConfig",
    token=_PAGE,
)

# Of guardrails named by ARN, which may belong to another account: its owner can let this one read them.
GET_GUARDRAIL_REFERENCED = Operation(
    "bedrock",
    "GetGuardrail",
    "bedrock:GetGuardrail",
    each=(
        Each(
            LIST_ENFORCED_GUARDRAILS_CONFIGURATION,
            {
                "guardrailIdentifier": Bind("guardrailArn", via=naming.guardrail),
                "guardrailVersion": "guardrailVersion",
            },
        ),
        Each(
            bedrock_agent.GET_AGENT_VERSION,
            {
                "guardrailIdentifier": Bind(
                    "agentVersion.guardrailConfiguration.guardrailIdentifier", via=naming.guardrail
                ),
                "guardrailVersion": "agentVersion.guardrailConfiguration.guardrailVersion",
            },
        ),
        Each(
            bedrock_agent.GET_FLOW_VERSION,
            {
                "guardrailIdentifier": Bind(
                    "configuration.prompt.guardrailConfiguration.guardrailIdentifier", via=naming.guardrail
                ),
                "guardrailVersion": "configuration.prompt.guardrailConfiguration.guardrailVersion",
            },
            items="definition.nodes",
        ),
        Each(
            bedrock_agent.GET_FLOW_VERSION,
            {
                "guardrailIdentifier": Bind(
                    "configuration.knowledgeBase.guardrailConfiguration.guardrailIdentifier",
                    via=naming.guardrail,
                ),
                "guardrailVersion": "configuration.knowledgeBase.guardrailConfiguration.guardrailVersion",
            },
            items="definition.nodes",
        ),
    ),
    absent=("ResourceNotFoundException",),
    redact=GET_GUARDRAIL.redact,
    variant="referenced",
)

LIST_AUTOMATED_REASONING_POLICIES = Operation(
    "bedrock",
    "ListAutomatedReasoningPolicies",
    "bedrock:ListAutomatedReasoningPolicies",
    items="automatedReasoningPolicySummaries",
    token=_PAGE,
)

GET_AUTOMATED_REASONING_POLICY = Operation(
    "bedrock",
    "GetAutomatedReasoningPolicy",
    "bedrock:GetAutomatedReasoningPolicy",
    each=(Each(LIST_AUTOMATED_REASONING_POLICIES, {"policyArn": "policyArn"}),),
)

LIST_AUTOMATED_REASONING_POLICY_BUILD_WORKFLOWS = Operation(
    "bedrock",
    "ListAutomatedReasoningPolicyBuildWorkflows",
    "bedrock:ListAutomatedReasoningPolicyBuildWorkflows",
    items="automatedReasoningPolicyBuildWorkflowSummaries",
    token=_PAGE,
    each=(Each(LIST_AUTOMATED_REASONING_POLICIES, {"policyArn": "policyArn"}),),
)

LIST_AUTOMATED_REASONING_POLICY_TEST_RESULTS = Operation(
    "bedrock",
    "ListAutomatedReasoningPolicyTestResults",
    "bedrock:ListAutomatedReasoningPolicyTestResults",
    items="testResults",
    token=_PAGE,
    each=(
        Each(
            LIST_AUTOMATED_REASONING_POLICY_BUILD_WORKFLOWS,
            {"policyArn": "$.policyArn", "buildWorkflowId": "buildWorkflowId"},
            where={"status": ("COMPLETED",)},
        ),
    ),
    # The sentences under test are somebody's questions and answers.
    redact=(
        "testResults[].testCase.guardContent",
        "testResults[].testCase.queryContent",
        "testResults[].testFindings",
    ),
)

# -- logging and data use ----------------------------------------------------------------------------
GET_MODEL_INVOCATION_LOGGING_CONFIGURATION = Operation(
    "bedrock",
    "GetModelInvocationLoggingConfiguration",
    "bedrock:GetModelInvocationLoggingConfiguration",
)

GET_ACCOUNT_DATA_RETENTION = Operation(
    "bedrock", "GetAccountDataRetention", "bedrock:GetAccountDataRetention"
)

GET_USE_CASE_FOR_MODEL_ACCESS = Operation(
    "bedrock",
    "GetUseCaseForModelAccess",
    "bedrock:GetUseCaseForModelAccess",
    absent=("ResourceNotFoundException",),
    redact=("formData",),
)

# -- models ------------------------------------------------------------------------------------------
LIST_FOUNDATION_MODELS = Operation(
    "bedrock", "ListFoundationModels", "bedrock:ListFoundationModels", items="modelSummaries"
)

GET_FOUNDATION_MODEL_AVAILABILITY = Operation(
    "bedrock",
    "GetFoundationModelAvailability",
    "bedrock:GetFoundationModelAvailability",
    each=(Each(LIST_FOUNDATION_MODELS, {"modelId": "modelId"}),),
)

# Terms matter where they were accepted; the offers of models nobody agreed to are no concern of this account.
LIST_FOUNDATION_MODEL_AGREEMENT_OFFERS = Operation(
    "bedrock",
    "ListFoundationModelAgreementOffers",
    "bedrock:ListFoundationModelAgreementOffers",
    items="offers",
    each=(
        Each(
            GET_FOUNDATION_MODEL_AVAILABILITY,
            {"modelId": "modelId"},
            where={"agreementAvailability.status": ("AVAILABLE",)},
        ),
    ),
    # A token with which the offer could be accepted.
    redact=("offers[].offerToken",),
)

# Without the type, only one of the two kinds may be listed.
LIST_INFERENCE_PROFILES = Operation(
    "bedrock",
    "ListInferenceProfiles",
    "bedrock:ListInferenceProfiles",
    items="inferenceProfileSummaries",
    token=_PAGE,
    asks=({"typeEquals": "APPLICATION"}, {"typeEquals": "SYSTEM_DEFINED"}),
)

GET_INFERENCE_PROFILE = Operation(
    "bedrock",
    "GetInferenceProfile",
    "bedrock:GetInferenceProfile",
    each=(
        Each(
            LIST_INFERENCE_PROFILES,
            {"inferenceProfileIdentifier": "inferenceProfileArn"},
            where={"type": ("APPLICATION",)},
        ),
    ),
)

LIST_PROMPT_ROUTERS = Operation(
    "bedrock", "ListPromptRouters", "bedrock:ListPromptRouters", items="promptRouterSummaries", token=_PAGE
)

LIST_PROVISIONED_MODEL_THROUGHPUTS = Operation(
    "bedrock",
    "ListProvisionedModelThroughputs",
    "bedrock:ListProvisionedModelThroughputs",
    items="provisionedModelSummaries",
    token=_PAGE,
)

# The models the account refers to, not the hundred on offer.
GET_FOUNDATION_MODEL = Operation(
    "bedrock",
    "GetFoundationModel",
    "bedrock:GetFoundationModel",
    each=(
        Each(
            LIST_INFERENCE_PROFILES,
            {"modelIdentifier": Bind("models[].modelArn", via=naming.foundation_model)},
            where={"type": ("APPLICATION",)},
        ),
        Each(
            LIST_PROMPT_ROUTERS,
            {"modelIdentifier": Bind("models[].modelArn", via=naming.foundation_model)},
            where={"type": ("custom",)},
        ),
        Each(
            LIST_PROVISIONED_MODEL_THROUGHPUTS,
            {"modelIdentifier": Bind("foundationModelArn", via=naming.foundation_model)},
        ),
        Each(
            bedrock_agent.GET_AGENT,
            {"modelIdentifier": Bind("agent.foundationModel", via=naming.foundation_model)},
        ),
        Each(
            bedrock_agent.GET_AGENT_VERSION,
            {"modelIdentifier": Bind("agentVersion.foundationModel", via=naming.foundation_model)},
        ),
        Each(
            bedrock_agent.GET_PROMPT,
            {"modelIdentifier": Bind("variants[].modelId", via=naming.foundation_model)},
        ),
        Each(
            bedrock_agent.GET_FLOW_VERSION,
            {
                "modelIdentifier": Bind(
                    "definition.nodes[].configuration.prompt.sourceConfiguration.inline.modelId",
                    via=naming.foundation_model,
                )
            },
        ),
    ),
    absent=("ResourceNotFoundException",),
)

LIST_CUSTOM_MODELS = Operation(
    "bedrock", "ListCustomModels", "bedrock:ListCustomModels", items="modelSummaries", token=_PAGE
)

GET_CUSTOM_MODEL = Operation(
    "bedrock",
    "GetCustomModel",
    "bedrock:GetCustomModel",
    each=(Each(LIST_CUSTOM_MODELS, {"modelIdentifier": "modelArn"}),),
)

LIST_IMPORTED_MODELS = Operation(
    "bedrock", "ListImportedModels", "bedrock:ListImportedModels", items="modelSummaries", token=_PAGE
)

GET_IMPORTED_MODEL = Operation(
    "bedrock",
    "GetImportedModel",
    "bedrock:GetImportedModel",
    each=(Each(LIST_IMPORTED_MODELS, {"modelIdentifier": "modelArn"}),),
)

LIST_MARKETPLACE_MODEL_ENDPOINTS = Operation(
    "bedrock",
    "ListMarketplaceModelEndpoints",
    "bedrock:ListMarketplaceModelEndpoints",
    items="marketplaceModelEndpoints",
    token=_PAGE,
)

GET_MARKETPLACE_MODEL_ENDPOINT = Operation(
    "bedrock",
    "GetMarketplaceModelEndpoint",
    "bedrock:GetMarketplaceModelEndpoint",
    each=(Each(LIST_MARKETPLACE_MODEL_ENDPOINTS, {"endpointArn": "endpointArn"}),),
)

# -- jobs --------------------------------------------------------------------------------------------
LIST_MODEL_CUSTOMIZATION_JOBS = Operation(
    "bedrock",
    "ListModelCustomizationJobs",
    "bedrock:ListModelCustomizationJobs",
    items="modelCustomizationJobSummaries",
    token=_PAGE,
)

GET_MODEL_CUSTOMIZATION_JOB = Operation(
    "bedrock",
    "GetModelCustomizationJob",
    "bedrock:GetModelCustomizationJob",
    each=(Each(LIST_MODEL_CUSTOMIZATION_JOBS, {"jobIdentifier": "jobArn"}),),
)

LIST_MODEL_IMPORT_JOBS = Operation(
    "bedrock",
    "ListModelImportJobs",
    "bedrock:ListModelImportJobs",
    items="modelImportJobSummaries",
    token=_PAGE,
)

GET_MODEL_IMPORT_JOB = Operation(
    "bedrock",
    "GetModelImportJob",
    "bedrock:GetModelImportJob",
    each=(Each(LIST_MODEL_IMPORT_JOBS, {"jobIdentifier": "jobArn"}),),
)

LIST_MODEL_INVOCATION_JOBS = Operation(
    "bedrock",
    "ListModelInvocationJobs",
    "bedrock:ListModelInvocationJobs",
    items="invocationJobSummaries",
    token=_PAGE,
)

LIST_EVALUATION_JOBS = Operation(
    "bedrock", "ListEvaluationJobs", "bedrock:ListEvaluationJobs", items="jobSummaries", token=_PAGE
)

# -- policies and tags -------------------------------------------------------------------------------
GET_RESOURCE_POLICY = Operation(
    "bedrock",
    "GetResourcePolicy",
    "bedrock:GetResourcePolicy",
    each=(
        Each(LIST_GUARDRAILS, {"resourceArn": "arn"}),
        Each(LIST_CUSTOM_MODELS, {"resourceArn": "modelArn"}),
    ),
    absent=("ResourceNotFoundException",),
)

LIST_TAGS_FOR_RESOURCE = Operation(
    "bedrock",
    "ListTagsForResource",
    "bedrock:ListTagsForResource",
    items="tags",
    each=(
        Each(LIST_GUARDRAILS, {"resourceARN": "arn"}),
        Each(
            LIST_INFERENCE_PROFILES,
            {"resourceARN": "inferenceProfileArn"},
            where={"type": ("APPLICATION",)},
        ),
        Each(LIST_PROMPT_ROUTERS, {"resourceARN": "promptRouterArn"}, where={"type": ("custom",)}),
        Each(LIST_CUSTOM_MODELS, {"resourceARN": "modelArn"}),
        Each(LIST_IMPORTED_MODELS, {"resourceARN": "modelArn"}),
        Each(LIST_PROVISIONED_MODEL_THROUGHPUTS, {"resourceARN": "provisionedModelArn"}),
    ),
)
