"""AWS Secrets Manager: the secrets that knowledge bases, data sources and AgentCore providers name. Never their values.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html
"""

from assessor.model.operation import Bind, Each, Operation
from collectors import bedrock_agent, bedrock_agentcore_control, naming

_STORE = "knowledgeBase.storageConfiguration"
_ENGINE = (
    "knowledgeBase.knowledgeBaseConfiguration.sqlKnowledgeBaseConfiguration.redshiftConfiguration"
    ".queryEngineConfiguration"
)
_SOURCE = "dataSource.dataSourceConfiguration"
_PINECONE = f"{_STORE}.pineconeConfiguration.credentialsSecretArn"
_REDIS = f"{_STORE}.redisEnterpriseCloudConfiguration.credentialsSecretArn"
_RDS = f"{_STORE}.rdsConfiguration.credentialsSecretArn"
_MONGO = f"{_STORE}.mongoDbAtlasConfiguration.credentialsSecretArn"
_SERVERLESS = f"{_ENGINE}.serverlessConfiguration.authConfiguration.usernamePasswordSecretArn"
_PROVISIONED = f"{_ENGINE}.provisionedConfiguration.authConfiguration.usernamePasswordSecretArn"
_CONFLUENCE = f"{_SOURCE}.confluenceConfiguration.sourceConfiguration.credentialsSecretArn"
_SALESFORCE = f"{_SOURCE}.salesforceConfiguration.sourceConfiguration.credentialsSecretArn"
_SHAREPOINT = f"{_SOURCE}.sharePointConfiguration.sourceConfiguration.credentialsSecretArn"
_API_KEY = "apiKeySecretArn.secretArn"

_EVERY_SECRET = (
    Each(
        bedrock_agent.GET_KNOWLEDGE_BASE, {"SecretId": _PINECONE}, region=Bind(_PINECONE, via=naming.region)
    ),
    Each(bedrock_agent.GET_KNOWLEDGE_BASE, {"SecretId": _REDIS}, region=Bind(_REDIS, via=naming.region)),
    Each(bedrock_agent.GET_KNOWLEDGE_BASE, {"SecretId": _RDS}, region=Bind(_RDS, via=naming.region)),
    Each(bedrock_agent.GET_KNOWLEDGE_BASE, {"SecretId": _MONGO}, region=Bind(_MONGO, via=naming.region)),
    Each(
        bedrock_agent.GET_KNOWLEDGE_BASE,
        {"SecretId": _SERVERLESS},
        region=Bind(_SERVERLESS, via=naming.region),
    ),
    Each(
        bedrock_agent.GET_KNOWLEDGE_BASE,
        {"SecretId": _PROVISIONED},
        region=Bind(_PROVISIONED, via=naming.region),
    ),
    Each(
        bedrock_agent.GET_DATA_SOURCE, {"SecretId": _CONFLUENCE}, region=Bind(_CONFLUENCE, via=naming.region)
    ),
    Each(
        bedrock_agent.GET_DATA_SOURCE, {"SecretId": _SALESFORCE}, region=Bind(_SALESFORCE, via=naming.region)
    ),
    Each(
        bedrock_agent.GET_DATA_SOURCE, {"SecretId": _SHAREPOINT}, region=Bind(_SHAREPOINT, via=naming.region)
    ),
    Each(bedrock_agentcore_control.GET_API_KEY_CREDENTIAL_PROVIDER, {"SecretId": _API_KEY}),
)

DESCRIBE_SECRET = Operation(
    "secretsmanager",
    "DescribeSecret",
    "secretsmanager:DescribeSecret",
    each=_EVERY_SECRET,
    absent=("ResourceNotFoundException",),
)

# A secret without a policy answers without one.
GET_RESOURCE_POLICY = Operation(
    "secretsmanager",
    "GetResourcePolicy",
    "secretsmanager:GetResourcePolicy",
    each=_EVERY_SECRET,
    absent=("ResourceNotFoundException",),
)
