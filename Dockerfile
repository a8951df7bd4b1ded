# The binary is static and needs nothing: make image builds it, and then this.
# Without arguments the image is a KRM function, as kustomize and kpt run images.
FROM scratch
COPY retryctl /retryctl
USER 65532:65532
ENTRYPOINT ["/retryctl"]
CMD ["fn"]
