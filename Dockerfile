# The functions as a container image, for those who prefer one to a zip:
#   docker build -t assessor .            (for the other processor: --platform linux/amd64 or linux/arm64)
#   CMD is the handler: override it per function (ImageConfig.Command), as the templates name them.
ARG PYTHON=3.13
FROM public.ecr.aws/lambda/python:${PYTHON}

COPY assessor/deploy/data/requirements.lock /tmp/requirements.lock
RUN python -m pip install --no-cache-dir --require-hashes --only-binary=:all: --target "${LAMBDA_TASK_ROOT}" \
      -r /tmp/requirements.lock && rm /tmp/requirements.lock
COPY assessor ${LAMBDA_TASK_ROOT}/assessor
COPY collectors ${LAMBDA_TASK_ROOT}/collectors
COPY evaluators ${LAMBDA_TASK_ROOT}/evaluators
RUN python -m compileall -q --invalidation-mode unchecked-hash "${LAMBDA_TASK_ROOT}"

USER 1000
CMD ["assessor.lambda_handler.single.handler"]
