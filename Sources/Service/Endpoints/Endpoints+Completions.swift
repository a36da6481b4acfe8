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
        let served = access.receive(request)
        do throws(APIError) {
            let ready = try served.admit(for: .inference)
            let call = try await preparation.run(bodySize: request.body.count) { () throws(APIError) in
                try prepare(ready)
            }
            served.note(call, ready.context)
            let run = try call.start(on: ready.engine, context: ready.context, observer: served)
            served.started(call)
            var response: HTTPResponse
            if call.isStreaming {
                response = .events { writer in
                    try await withTaskExecutorPreference(DeliveryThread.shared) {
                        try await EventStream(writer, keepAlive: keepAlive).send(run.chunks)
                        if let timing = served.serverTiming { writer.trail(["Server-Timing": timing]) }
                    }
                }
                if request.acceptsTrailers { response.headers["Trailer"] = "Server-Timing" }
            } else {
                response = .json(
                    try await withTaskExecutorPreference(DeliveryThread.shared) { () async throws(APIError) in
                        try await run.response()
                    })
                response.headers["Server-Timing"] = served.serverTiming
            }
            response.headers["X-Request-Id"] = call.requestName ?? call.id
            return served.response(response)
        } catch {
            return served.response(to: error)
        }
    }
}
