import HTTP
import JSON
import Logging
import OpenAI
import Testing

@testable import Service

struct APIDescriptionTests {
    private let router = Endpoints(
        access: AccessControl(
            state: ServiceState(), keys: KeyRing(), audit: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }),
        keepAlive: nil, responses: ResponseStore(capacity: 1, memory: 1), page: nil
    ).router(cors: CORSPolicy())

    private let document = APIDescription.document(models: ["nano"])

    /// Without the API's prefixes.
    private func name(_ method: String, _ path: String) -> String {
        let prefix = (["/anthropic/v1"] + Router.apiPrefixes).first { !$0.isEmpty && path.hasPrefix($0 + "/") } ?? ""
        return method + " " + path.dropFirst(prefix.count).replacing("...}", with: "}")
    }

    @Test func `every route is described, and every described one is there`() throws {
        let registered = router.registrations
        let described = APIDescription.operations
        #expect(
            Set(registered.map { name($0.method, $0.pattern) }) == Set(described.map { name($0.method, $0.path) }))
        let patterns = Set(registered.map { $0.method + " " + $0.pattern.replacing("...}", with: "}") })
        for operation in described { #expect(patterns.contains(operation.method + " " + operation.path)) }
        #expect(document["paths"]?.objectValue?.count == Set(described.map(\.path)).count)
    }

    @Test func `every reference leads to a part of the document`() {
        func check(_ value: JSONValue) {
            switch value {
            case .array(let elements): elements.forEach(check)
            case .object(let members):
                if let reference = members["$ref"]?.stringValue {
                    let target = reference.split(separator: "/").dropFirst().reduce(document as JSONValue?) {
                        $0?[String($1)]
                    }
                    #expect(target != nil, "\(reference)")
                }
                for (_, member) in members { check(member) }
            default: break
            }
        }
        check(document)
    }

    @Test func `requests have the fields of all their parts`() {
        let chat = document["components"]?["schemas"]?["ChatCompletionRequest"]
        for field in ["messages", "temperature", "top_logprobs", "priority"] {
            #expect(chat?["properties"]?[field] != nil, "\(field)")
        }
        #expect(chat?["required"] == ["messages"])
    }
}
