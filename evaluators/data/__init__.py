"""Controls of the checklist item, in catalogue order."""

from assessor.model.control import Control
from evaluators.data.edge_does_not_copy_prompts import edge_does_not_copy_prompts
from evaluators.data.invocation_logs_encrypted import invocation_logs_encrypted
from evaluators.data.invocation_logs_private_and_retained import invocation_logs_private_and_retained
from evaluators.data.kb_role_limited_to_its_sources import kb_role_limited_to_its_sources
from evaluators.data.key_policies_narrow import key_policies_narrow
from evaluators.data.keys_rotate import keys_rotate
from evaluators.data.only_curators_can_write_rag_sources import only_curators_can_write_rag_sources
from evaluators.data.rag_buckets_private_and_tls_only import rag_buckets_private_and_tls_only
from evaluators.data.rag_buckets_use_customer_keys import rag_buckets_use_customer_keys
from evaluators.data.rag_buckets_versioned import rag_buckets_versioned
from evaluators.data.sensitive_information_filtered_on_input import sensitive_information_filtered_on_input
from evaluators.data.vector_store_access_limited import vector_store_access_limited
from evaluators.data.vector_stores_encrypted import vector_stores_encrypted

CONTROLS: tuple[Control, ...] = (
    rag_buckets_use_customer_keys,
    rag_buckets_private_and_tls_only,
    rag_buckets_versioned,
    vector_stores_encrypted,
    vector_store_access_limited,
    only_curators_can_write_rag_sources,
    kb_role_limited_to_its_sources,
    invocation_logs_encrypted,
    invocation_logs_private_and_retained,
    keys_rotate,
    key_policies_narrow,
    sensitive_information_filtered_on_input,
    edge_does_not_copy_prompts,
)
