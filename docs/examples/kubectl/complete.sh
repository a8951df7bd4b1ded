#!/bin/sh
# kubectl asks this for what comes after "kubectl retryctl", if it is in PATH by the
# name of kubectl_complete-retryctl.
exec kubectl-retryctl __complete "$@"
