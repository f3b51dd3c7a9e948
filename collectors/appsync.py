"""AWS AppSync: GraphQL and Event APIs and the data sources behind them.

https://docs.aws.amazon.com/appsync/latest/APIReference/API_Operations.html
"""

from assessor.model.operation import Each, Operation

_PAGE = ("nextToken", "nextToken")

LIST_GRAPHQL_APIS = Operation(
    "appsync",
    "ListGraphqlApis",
    "appsync:ListGraphqlApis",
    items="graphqlApis",
    token=_PAGE,
    asks=({"apiType": "GRAPHQL"}, {"apiType": "MERGED"}),
)

LIST_APIS = Operation("appsync", "ListApis", "appsync:ListApis", items="apis", token=_PAGE)

LIST_DATA_SOURCES = Operation(
    "appsync",
    "ListDataSources",
    "appsync:ListDataSources",
    items="dataSources",
    token=_PAGE,
    each=(
        Each(LIST_GRAPHQL_APIS, {"apiId": "apiId"}),
        Each(LIST_APIS, {"apiId": "apiId"}),
    ),
)

# The fields a caller can name are those of the three root types; a schema may lack two of them.
LIST_RESOLVERS = Operation(
    "appsync",
    "ListResolvers",
    "appsync:ListResolvers",
    items="resolvers",
    token=_PAGE,
    each=(
        Each(LIST_GRAPHQL_APIS, {"apiId": "apiId"}, fixed={"typeName": "Query"}),
        Each(LIST_GRAPHQL_APIS, {"apiId": "apiId"}, fixed={"typeName": "Mutation"}),
        Each(LIST_GRAPHQL_APIS, {"apiId": "apiId"}, fixed={"typeName": "Subscription"}),
    ),
    absent=("NotFoundException",),
)

LIST_FUNCTIONS = Operation(
    "appsync",
    "ListFunctions",
    "appsync:ListFunctions",
    items="functions",
    token=_PAGE,
    each=(Each(LIST_GRAPHQL_APIS, {"apiId": "apiId"}),),
)
