internal import Engine
internal import JSON

/// The fields about how a request is served, which change nothing in what is generated.
struct ServingFields: Sendable {
    /// vLLM's: lower goes first.
    var priority = 0
    /// llama.cpp's `timings` in every chunk, or in the whole response.
    var wantsTimings = false
    /// llama.cpp's `prompt_progress` chunks while the prompt is computed.
    var wantsProgress = false

    /// What holds for requests that say nothing.
    init() {}

    init(_ fields: FieldReader) throws(APIError) {
        priority = try fields.integer("priority", in: Int(Int32.min)...Int(Int32.max)) ?? 0
        wantsTimings = try fields.bool("timings_per_token") ?? false
        let wantsProgress = try fields.bool("return_progress") ?? false
        self.wantsProgress = try fields.bool("stream") == true && wantsProgress
    }

    func apply(to request: inout GenerationRequest) {
        request.priority = priority
        request.reportsProgress = wantsProgress
    }
}

extension FieldReader {
    /// `request_id`: the client's own name for the request, which ids, header fields and logs can carry.
    func requestID() throws(APIError) -> String? {
        guard let name = try string("request_id") else { return nil }
        guard RequestName.isValid(name) else {
            throw invalid("request_id", "must be 1 to 128 letters, digits, '-', '_' or '.'.")
        }
        return name
    }
}

/// Names that clients give their requests.
package enum RequestName {
    /// Whether ids, header fields and logs can carry it as it is.
    package static func isValid(_ name: String) -> Bool {
        (1...128).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }
}
