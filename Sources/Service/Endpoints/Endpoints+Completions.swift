internal import Engine
internal import HTTP
internal import OpenAI

extension Endpoints {
    /// What the model continues.
    func addCompletions(to router: inout Router) {
        router.addAPI("POST", "/chat/completions") { request in
            await complete(request) { ready throws(APIError) in
                try CompletionCall.chat(body: request.body, context: ready.context, requestID: request.clientID)
            }
        }
        router.addAPI("POST", "/chat/completions/control") { request in
            await prepared(request) { ready throws(APIError) in
                try ready.context.running.control(body: request.body)
            }
        }
        router.addAPI("POST", "/completions") { request in
            await complete(request) { ready throws(APIError) in
                try CompletionCall.text(body: request.body, context: ready.context, requestID: request.clientID)
            }
        }
    }

    /// Prepares a call and runs it: the way of every route that generates.
    func complete(
        _ request: HTTPRequest,
        _ prepare: @escaping @Sendable (ServiceState.Ready) throws(APIError) -> CompletionCall
    ) async -> HTTPResponse {
        do {
            let ready = try admit(request)
            let call = try await preparation.run(bodySize: request.body.count) { () throws(APIError) in
                try prepare(ready)
            }
            let run = try call.start(on: ready.engine, context: ready.context, observer: ready.metrics)
            var response =
                if call.isStreaming {
                    HTTPResponse.events { writer in
                        try await withTaskExecutorPreference(DeliveryThread.shared) {
                            try await EventStream(writer, keepAlive: keepAlive).send(run.chunks)
                        }
                    }
                } else {
                    HTTPResponse.json(
                        try await withTaskExecutorPreference(DeliveryThread.shared) { () async throws(APIError) in
                            try await run.response()
                        })
                }
            response.headers["X-Request-Id"] = call.requestName ?? call.id
            return response
        } catch {
            return error.response(in: ErrorEnvelope(path: request.path))
        }
    }
}
