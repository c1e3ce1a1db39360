"""Runs llama.cpp's server with a model: says its address in one line of JSON, and ends when nobody listens any more."""

import json
import sys

import xllamacpp

params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.hostnames = ["127.0.0.1"]
params.port = 0  # Any that is free.
params.n_ctx = int(sys.argv[2])
params.n_parallel = 1
params.cpuparams.n_threads = 1
params.warmup = False
params.offline = True
params.verbosity = 1  # Errors alone.
server = xllamacpp.Server(params)
print(json.dumps({"address": server.listening_address}), flush=True)
sys.stdin.read()
