"""Amazon OpenSearch Service domains that knowledge bases store vectors in. The IAM prefix is ``es``.

https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_Operations_Amazon_OpenSearch_Service.html
"""

from assessor.model.operation import Bind, Each, Operation
from collectors import bedrock_agent, naming

_DOMAIN = "knowledgeBase.storageConfiguration.opensearchManagedClusterConfiguration.domainArn"

DESCRIBE_DOMAIN = Operation(
    "opensearch",
    "DescribeDomain",
    "es:DescribeDomain",
    each=(
        Each(
            bedrock_agent.GET_KNOWLEDGE_BASE,
            {"DomainName": Bind(_DOMAIN, via=naming.last_name)},
            region=Bind(_DOMAIN, via=naming.region),
        ),
    ),
    absent=("ResourceNotFoundException",),
)
