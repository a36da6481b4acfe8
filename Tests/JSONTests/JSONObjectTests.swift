import JSON
import Testing

struct JSONObjectTests {
    @Test func `members keep their order and the last duplicate wins`() throws {
        let value = try JSONValue(parsing: #"{"z":1,"a":2,"z":3}"#)
        #expect(value.serialized() == #"{"z":3,"a":2}"#)
        let many = (0..<50).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
        let object = try #require(try JSONValue(parsing: "{\(many),\"k7\":-1,\"k49\":-2}").objectValue)
        #expect(object.count == 50)
        #expect(object["k7"] == -1)
        #expect(object["k49"] == -2)
        #expect(object.keys == (0..<50).map { "k\($0)" })
    }

    @Test func `large objects find, replace and remove members`() {
        var object = JSONObject()
        for number in 0..<5000 { object["key \(number)"] = .integer(number) }
        for number in stride(from: 0, to: 5000, by: 3) { object["key \(number)"] = .integer(-number) }
        #expect(object.count == 5000)
        for number in 0..<5000 {
            #expect(object["key \(number)"] == .integer(number % 3 == 0 ? -number : number))
        }
        #expect(object["key 5000"] == nil)
        object["key 17"] = nil
        #expect(!object.contains("key 17"))
        #expect(object["key 4999"] == 4999)
        #expect(object.count == 4999)
        for number in 5..<5000 { object.removeValue(forKey: "key \(number)") }
        #expect(object.keys == (0..<5).map { "key \($0)" })
    }

    @Test func `null is a member and nil is none`() {
        var object: JSONObject = ["a": 1]
        object["a"] = .null
        #expect(object.contains("a"))
        object["a"] = nil
        #expect(object.isEmpty)
    }

    @Test func `canonically equivalent keys stay apart`() throws {
        let value = try JSONValue(parsing: "{\"\u{e9}\":1,\"e\u{301}\":2}")
        #expect(value.objectValue?.count == 2)
        #expect(value["\u{e9}"] == 1)
        #expect(value["e\u{301}"] == 2)
        #expect(JSONValue.string("\u{e9}") != .string("e\u{301}"))
    }

    @Test func `equality and hashes do not depend on order`() {
        let one: JSONObject = ["a": 1, "b": [2, "x"]]
        let other: JSONObject = ["b": [2, "x"], "a": 1]
        #expect(one == other)
        #expect(one.hashValue == other.hashValue)
        #expect(one != ["a": 1, "b": 2])
        #expect(one != ["a": 1])
        #expect(JSONValue.integer(1) != .number(1))
    }

    @Test func `accessors answer for their own kind only`() {
        let value: JSONValue = ["i": 3, "d": 2.5, "s": "t", "b": true, "a": [1, 2], "n": nil]
        #expect(value["i"]?.intValue == 3)
        #expect(value["i"]?.doubleValue == 3)
        #expect(value["d"]?.intValue == nil)
        #expect(value["d"]?.doubleValue == 2.5)
        #expect(value["s"]?.stringValue == "t")
        #expect(value["b"]?.boolValue == true)
        #expect(value["b"]?.intValue == nil)
        #expect(value["a"]?[1] == 2)
        #expect(value["a"]?[2] == nil)
        #expect(value["n"]?.isNull == true)
        #expect(value["x"] == nil)
        #expect(value["s"]?["x"] == nil)
        #expect(value["a"]?.kind == "an array")
    }
}
