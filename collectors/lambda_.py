"""AWS Lambda: functions, their doors and limits.

Of environment variables the names are kept, of their values only what they looked like.

https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html
"""

from assessor.model.looks import Looks
from assessor.model.operation import Bind, Each, Operation
from collectors import bedrock_agent, bedrock_agentcore_control, cloudwatch, naming

_PAGE = ("Marker", "NextMarker")
_IN_LOOPS = "definition.nodes[].configuration.loop.definition.nodes"

# The unpublished version of every function; what an alias puts in force comes from GetFunctionConfiguration.
LIST_FUNCTIONS = Operation(
    "lambda",
    "ListFunctions",
    "lambda:ListFunctions",
    items="Functions",
    token=_PAGE,
    redact=(Looks("Functions[].Environment.Variables{}"),),
)

_EVERY_FUNCTION = (Each(LIST_FUNCTIONS, {"FunctionName": "FunctionName"}),)

LIST_ALIASES = Operation(
    "lambda", "ListAliases", "lambda:ListAliases", items="Aliases", token=_PAGE, each=_EVERY_FUNCTION
)

LIST_VERSIONS_BY_FUNCTION = Operation(
    "lambda",
    "ListVersionsByFunction",
    "lambda:ListVersionsByFunction",
    items="Versions",
    token=_PAGE,
    each=_EVERY_FUNCTION,
    redact=(Looks("Versions[].Environment.Variables{}"),),
)

# Of the version each alias points at, and of the functions that alarms call.
GET_FUNCTION_CONFIGURATION = Operation(
    "lambda",
    "GetFunctionConfiguration",
    "lambda:GetFunctionConfiguration",
    each=(
        Each(LIST_ALIASES, {"FunctionName": "$.FunctionName", "Qualifier": "Name"}),
        Each(
            cloudwatch.DESCRIBE_ALARMS,
            {"FunctionName": Bind(via=naming.function)},
            items="MetricAlarms[].AlarmActions",
            region=Bind(via=naming.region),
        ),
        Each(
            cloudwatch.DESCRIBE_ALARMS,
            {"FunctionName": Bind(via=naming.function)},
            items="CompositeAlarms[].AlarmActions",
            region=Bind(via=naming.region),
        ),
        Each(
            cloudwatch.DESCRIBE_ALARMS,
            {"FunctionName": Bind(via=naming.function)},
            items="LogAlarms[].AlarmActions",
            region=Bind(via=naming.region),
        ),
    ),
    absent=("ResourceNotFoundException",),
    redact=(Looks("Environment.Variables{}"),),
)

# Of the functions that agents, flows and gateways run. The permission also gives access to the code: GetFunctionConfiguration
# is the narrower question, and the address of the code is thrown away.
GET_FUNCTION = Operation(
    "lambda",
    "GetFunction",
    "lambda:GetFunction",
    each=(
        Each(
            bedrock_agent.GET_AGENT_ACTION_GROUP,
            {"FunctionName": "agentActionGroup.actionGroupExecutor.lambda"},
            region=Bind("agentActionGroup.actionGroupExecutor.lambda", via=naming.region),
        ),
        Each(
            bedrock_agent.GET_FLOW_VERSION,
            {"FunctionName": "configuration.lambdaFunction.lambdaArn"},
            items="definition.nodes",
            region=Bind("configuration.lambdaFunction.lambdaArn", via=naming.region),
        ),
        Each(
            bedrock_agent.GET_FLOW_VERSION,
            {"FunctionName": "configuration.lambdaFunction.lambdaArn"},
            items=_IN_LOOPS,
            region=Bind("configuration.lambdaFunction.lambdaArn", via=naming.region),
        ),
        Each(
            bedrock_agent.GET_FLOW,
            {"FunctionName": "configuration.lambdaFunction.lambdaArn"},
            items="definition.nodes",
            region=Bind("configuration.lambdaFunction.lambdaArn", via=naming.region),
        ),
        Each(
            bedrock_agent.GET_FLOW,
            {"FunctionName": "configuration.lambdaFunction.lambdaArn"},
            items=_IN_LOOPS,
            region=Bind("configuration.lambdaFunction.lambdaArn", via=naming.region),
        ),
        Each(
            bedrock_agentcore_control.GET_GATEWAY_TARGET,
            {"FunctionName": "targetConfiguration.mcp.lambda.lambdaArn"},
            region=Bind("targetConfiguration.mcp.lambda.lambdaArn", via=naming.region),
        ),
    ),
    absent=("ResourceNotFoundException",),
    redact=(Looks("Configuration.Environment.Variables{}"), "Code.Location"),
)

# Of functions that are container images, and of the versions that their aliases point at: which image they run.
GET_FUNCTION_IMAGES = Operation(
    "lambda",
    "GetFunction",
    "lambda:GetFunction",
    each=(
        Each(LIST_FUNCTIONS, {"FunctionName": "FunctionName"}, where={"PackageType": ("Image",)}),
        Each(
            GET_FUNCTION_CONFIGURATION,
            {"FunctionName": "$.FunctionName", "Qualifier": "$.Qualifier"},
            where={"PackageType": ("Image",)},
        ),
    ),
    absent=("ResourceNotFoundException",),
    redact=(Looks("Configuration.Environment.Variables{}"), "Code.Location"),
    variant="images",
)

LIST_FUNCTION_URL_CONFIGS = Operation(
    "lambda",
    "ListFunctionUrlConfigs",
    "lambda:ListFunctionUrlConfigs",
    items="FunctionUrlConfigs",
    token=_PAGE,
    each=_EVERY_FUNCTION,
)

# The policy of the function and that of each alias are different documents. None is no policy at all.
GET_POLICY = Operation(
    "lambda",
    "GetPolicy",
    "lambda:GetPolicy",
    each=(
        *_EVERY_FUNCTION,
        Each(LIST_ALIASES, {"FunctionName": "$.FunctionName", "Qualifier": "Name"}),
    ),
    absent=("ResourceNotFoundException",),
)

LIST_EVENT_SOURCE_MAPPINGS = Operation(
    "lambda",
    "ListEventSourceMappings",
    "lambda:ListEventSourceMappings",
    items="EventSourceMappings",
    token=_PAGE,
)

GET_FUNCTION_CONCURRENCY = Operation(
    "lambda", "GetFunctionConcurrency", "lambda:GetFunctionConcurrency", each=_EVERY_FUNCTION
)

GET_FUNCTION_RECURSION_CONFIG = Operation(
    "lambda", "GetFunctionRecursionConfig", "lambda:GetFunctionRecursionConfig", each=_EVERY_FUNCTION
)

GET_ACCOUNT_SETTINGS = Operation("lambda", "GetAccountSettings", "lambda:GetAccountSettings")
