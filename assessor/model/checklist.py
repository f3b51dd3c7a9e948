"""The checklist, sentence by sentence, in our own words: what every control and attestation answers to.

After the generative AI security readiness checklist that AWS published on 2025-02-19; ids are ours (``S4.3`` is the
third sentence of item 4), ``S8.1`` is its closing word on scope.
"""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "S1.1": "Set up a governance and compliance framework before deployment",
    "S1.2": "Form a cross-functional AI governance committee",
    "S1.3": "Create and enforce policies for data handling, model selection and usage",
    "S1.4": "Build a compliance checklist for the industry and its regulations (privacy, consent, transparency)",
    "S1.5": "Review compliance on a regular schedule such as quarterly",
    "S1.6": "Run a documentation system for decisions, changes and compliance status",
    "S1.7": "Version policies, keep audit logs of model changes, show a compliance dashboard",
    "S1.8": "Have evidence ready for external audits",
    "S2.1": "Review the provider EULA and data-usage policy (data handling, outputs, commercial use)",
    "S2.2": "For Bedrock, follow the model-access terms",
    "S2.3": "For self-deployment on SageMaker, review the model source",
    "S2.4": "Know the specific limits and requirements of each model",
    "S2.5": "Watch new releases and licence changes and re-review regularly",
    "S3.1": "Put authentication, authorization and data-access policies in place with least privilege",
    "S3.2": "Let end users reach only the functions and data sources they are allowed",
    "S3.3": "Authenticate with Cognito/Verified Permissions, authorize by role, attribute, group, and propagate identity",
    "S3.4": "Cover every component: model, databases, storage, other services and APIs",
    "S3.5": "Prefer short-lived credentials to long-lived API keys",
    "S3.6": "Control model usage granularly, e.g. deny specific models by identity policy",
    "S3.7": "Isolate sessions and conversation context per user",
    "S3.8": "Manage access to knowledge bases, e.g. by metadata filtering",
    "S3.9": "With own RAG, filter by user permissions (Kendra)",
    "S4.1": "Evaluate and mitigate risks of inputs and outputs",
    "S4.2": "Apply Bedrock Guardrails across models",
    "S4.3": "Set thresholds for harmful content, jailbreak and prompt injection",
    "S4.4": "Deny topics",
    "S4.5": "Block or mask sensitive information",
    "S4.6": "Reduce hallucination with grounding and relevance checks",
    "S4.7": "Keep a verified prompt catalogue (Prompt Management)",
    "S4.8": "Treat the model like any other user: authorize before acting on its output",
    "S4.9": "Guard against remote code execution, SQL injection and XSS in outputs",
    "S4.10": "Validate generated commands and code (allow-list, syntax, semantics) and encode output",
    "S4.11": "Run generated code in an isolated environment",
    "S5.1": "Protect inference data and supplementary data (queries, context, knowledge bases)",
    "S5.2": "Encrypt all data sources including RAG knowledge bases",
    "S5.3": "Manage, store and rotate keys with KMS",
    "S5.4": "Let only authorized users and services reach the data (IAM)",
    "S5.5": "Version knowledge-base storage",
    "S5.6": "Mask or block sensitive data before the model with guardrail filters",
    "S6.1": "Use strong network security",
    "S6.2": "Keep proprietary fine-tuning/RAG data off the internet",
    "S6.3": "Use the Bedrock VPC endpoint (PrivateLink)",
    "S6.4": "Set consumption limits before opening the service",
    "S6.5": "Rate-limit with WAF",
    "S6.6": "Throttle with API Gateway",
    "S6.7": "Keep performance and availability consistent",
    "S7.1": "Monitor and be able to respond",
    "S7.2": "Monitor volume, latency and errors; detect anomalies",
    "S7.3": "Alarm in CloudWatch on thresholds",
    "S7.4": "Alarm on guardrail interventions",
    "S7.5": "Alarm on unusual invocation counts",
    "S7.6": "Have an incident-response plan (injection, unexpected output, data leak)",
    "S7.7": "Define escalation and roles",
    "S7.8": "Have an Andon cord: deactivate, shut down, roll back, safe mode",
    "S8.1": "Scope: post covers pre-trained models; fine-tuned/custom need the scoping matrix",
}


def order(sentence: str) -> tuple[int, int]:
    """The place of a sentence in the checklist: ``S4.10`` comes after ``S4.9``."""
    item, _, number = sentence.removeprefix("S").partition(".")
    return int(item), int(number)
