import FoundationEssentials
import JSON
import Testing

@testable import Grammar

/// The cases of the JSON-Schema-Test-Suite.
@Suite struct SchemaSuiteTests {
    struct Case {
        let name: String
        let schema: JSONValue
        let tests: [(name: String, instance: JSONValue, isValid: Bool)]
    }

    static func cases() throws -> [Case] {
        try Fixture.load("schemas").map { entry in
            Case(
                name: entry[0]?.stringValue ?? "", schema: entry[1] ?? .null,
                tests: (entry[2]?.arrayValue ?? []).map {
                    ($0[0]?.stringValue ?? "", $0[1] ?? .null, $0[2]?.boolValue ?? false)
                })
        }
    }

    /// The ways of writing a value: members in every order, whole numbers without fraction.
    static func orders(_ value: JSONValue) -> [JSONValue] {
        switch value {
        case .array(let elements):
            return elements.reduce([[]]) { lists, element in
                lists.flatMap { list in orders(element).map { list + [$0] } }
            }.map(JSONValue.array)
        case .object(let members):
            var lists: [[(String, JSONValue)]] = [[]]
            for (key, member) in members {
                lists = lists.flatMap { list in
                    orders(member).flatMap { member in
                        (0...list.count).map { Array(list[..<$0]) + [(key, member)] + Array(list[$0...]) }
                    }
                }
            }
            return lists.map { .object(JSONObject($0)) }
        case .number(let number):
            return Int(exactly: number).map { [.integer($0)] } ?? [value]
        default:
            return [value]
        }
    }

    static func allows(_ automaton: inout Automaton?, _ value: JSONValue) throws -> Bool {
        for order in orders(value) {
            for text in [order.serialized(), order.serialized(pretty: true)] {
                automaton?.allow(CompiledGrammar.compileBudget)
                if try automaton?.matches(text.utf8) ?? false { return true }
            }
        }
        return false
    }

    @Test func `valid instances are allowed and no others, or the keyword in the way is named`() throws {
        var counts = (accepted: 0, refused: 0, missed: 0)
        for entry in try Self.cases() {
            var automaton: Automaton?
            do throws(GrammarError) {
                automaton = try Fixture.automaton(.jsonSchema(entry.schema, .open))
            } catch {
                counts.refused += 1
                #expect(error.kind == .unsupported, "\(entry.name): \(error)")
                #expect(error.description.contains("'") && error.description.contains("#"), "\(entry.name): \(error)")
                continue
            }
            counts.accepted += 1
            for (name, instance, isValid) in entry.tests {
                let isAllowed = try Self.allows(&automaton, instance)
                if isAllowed != isValid { counts.missed += 1 }
                // Formats leave out rare forms; nothing invalid is ever allowed.
                #expect(isAllowed == isValid || isValid && entry.name.contains("/format/"), "\(entry.name): \(name)")
            }
        }
        #expect(counts.accepted >= 180, "\(counts)")
        #expect(counts.missed <= 40, "\(counts)")
    }

    @Test func `the closed reading allows nothing invalid either`() throws {
        for entry in try Self.cases() {
            guard var automaton = try? Fixture.automaton(.jsonSchema(entry.schema, .closed)) else { continue }
            for (name, instance, isValid) in entry.tests where !isValid {
                var optional: Automaton? = automaton
                #expect(try !Self.allows(&optional, instance), "\(entry.name): \(name)")
                automaton = optional ?? automaton
            }
        }
    }

    /// The texts were checked with the jsonschema package: `Fixtures/generate.py walks`. After a change of what is
    /// allowed, run this with APUS_RECORD_WALKS=1, then that.
    @Test func `random walks write the texts that jsonschema found valid`() throws {
        var walks: [JSONValue] = []
        for (index, entry) in try Self.cases().enumerated() {
            for (number, reading) in [SchemaReading.open, .closed].enumerated() {
                guard var automaton = try? Fixture.automaton(.jsonSchema(entry.schema, reading)) else { continue }
                var generator = SplitMix(state: UInt64(2 * index + number))
                var texts: [JSONValue] = []
                for _ in 0..<3 {
                    if let text = try walk(&automaton, &generator) { texts.append(.string(text)) }
                }
                walks.append([.integer(index), .integer(number), .array(texts)])
            }
        }
        if ProcessInfo.processInfo.environment["APUS_RECORD_WALKS"] != nil {
            let lines = walks.map { $0.serialized() }.joined(separator: ",\n")
            try Data("[\n\(lines)\n]\n".utf8).write(to: Fixture.url("walks"))
        }
        #expect(try walks == Fixture.load("walks"))
    }

    /// A text of random bytes, each of which may follow; nil where none of moderate length comes to an end.
    private func walk(_ automaton: inout Automaton, _ generator: inout SplitMix) throws -> String? {
        automaton.allow(CompiledGrammar.compileBudget)
        var state = automaton.start
        var text: [UInt8] = []
        while text.count < 200 {
            if automaton.isAccepting(state), automaton.isFinal(state) || .random(in: 0..<3, using: &generator) == 0 {
                return String(decoding: text, as: UTF8.self)
            }
            var bytes: [UInt8] = []
            for byte in UInt8.min...UInt8.max where try automaton.step(state, byte) != Automaton.dead {
                bytes.append(byte)
            }
            if bytes.isEmpty { break }
            let closing = bytes.filter { "\"]}".utf8.contains($0) }
            let plain = bytes.filter { $0 < 128 && $0 != UInt8(ascii: "\\") }
            let choice = Int.random(in: 0..<4, using: &generator)
            let pool =
                text.count > 30 && !closing.isEmpty && choice < 2
                ? closing : plain.isEmpty || choice == 0 ? bytes : plain
            let byte = pool.randomElement(using: &generator) ?? 0
            text.append(byte)
            state = try automaton.step(state, byte)
        }
        #expect(text.count == 200 || automaton.isAccepting(state), "a dead end")
        return nil
    }
}
