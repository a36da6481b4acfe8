import Glibc
import Grammar

/// What can be fuzzed: a name, and a property that must hold for any bytes; where it does not, the process traps.
enum Fuzzer: String, CaseIterable {
    case http1, http2, responses, events, json, text, tokens, jinja, schema, regex, grammar, gguf, safetensors,
        requests,
        output

    /// The one that the environment variable `APUS_FUZZER` names.
    static let chosen: Fuzzer = {
        let name = getenv("APUS_FUZZER").map { String(cString: $0) } ?? ""
        guard let fuzzer = Fuzzer(rawValue: name) else {
            let known = allCases.map(\.rawValue).joined(separator: " ")
            fatalError("APUS_FUZZER is \"\(name)\"; known are: \(known)")
        }
        return fuzzer
    }()

    func run(_ input: [UInt8]) {
        switch self {
        case .http1: HTTP1Fuzzing.readRequests(input)
        case .http2: HTTP2Fuzzing.serve(input)
        case .responses: HTTP1Fuzzing.readResponses(input)
        case .events: HTTP1Fuzzing.readEvents(input)
        case .json: TextFuzzing.readJSON(input)
        case .text: TextFuzzing.encode(input)
        case .tokens: TextFuzzing.decode(input)
        case .jinja: TextFuzzing.render(input)
        case .schema: GrammarFuzzing.followSchema(input)
        case .regex: GrammarFuzzing.follow(.regex(String(decoding: input, as: UTF8.self)))
        case .grammar: GrammarFuzzing.follow(.grammar(String(decoding: input, as: UTF8.self)))
        case .gguf: CheckpointFuzzing.readGGUF(input)
        case .safetensors: CheckpointFuzzing.readSafetensors(input)
        case .requests: RequestFuzzing.decode(input)
        case .output: RequestFuzzing.assemble(input)
        }
    }
}

/// libFuzzer's entry.
@c(LLVMFuzzerTestOneInput)
func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    Fuzzer.chosen.run(Array(UnsafeBufferPointer(start: data, count: size)))
    return 0
}
