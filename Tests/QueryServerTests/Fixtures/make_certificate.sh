#!/usr/bin/env bash
# Makes the self-signed certificate and key that the TLS tests use: for localhost, valid for a hundred years. And
# a key that is not the certificate's.
set -euo pipefail
cd "$(dirname "$0")"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 \
  -subj /CN=localhost -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" \
  -keyout test-key.pem -out test-certificate.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out other-key.pem
