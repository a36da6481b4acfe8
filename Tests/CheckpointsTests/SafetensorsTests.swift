import Checkpoints
import Testing

struct SafetensorsTests {
    private static let tensors = [
        TensorFixture(name: "a", shape: [2, 3], bytes: (0..<24).map { $0 }),
        TensorFixture(name: "b", shape: [3], type: .bf16, bytes: [1, 2, 3, 4, 5, 6]),
        TensorFixture(name: "c", shape: [5], type: .f8e4m3, bytes: [9, 8, 7, 6, 5]),
    ]

    private let folder = TemporaryFolder()

    init() { folder.write("{}", to: "config.json") }

    private func open(_ bytes: [UInt8]) throws(CheckpointError) -> Checkpoint {
        folder.write(bytes, to: "model.safetensors")
        return try Checkpoint(directory: folder.path, requiresTokenizer: false)
    }

    private func open(header: String, data: Int = 24) throws(CheckpointError) -> Checkpoint {
        try open(Safetensors.file(header: header, data: [UInt8](repeating: 0, count: data)))
    }

    @Test func `a well-formed file gives its tensors in place`() throws {
        let checkpoint = try open(Safetensors.file(Self.tensors))
        #expect(checkpoint.tensors.count == 3)
        #expect(checkpoint.tensors.byteCount == 35)
        #expect(checkpoint.tensors.map(\.name) == ["a", "b", "c"])
        let b = try #require(checkpoint.tensors["b"])
        #expect(b.shape == [3] && b.type == .bf16 && b.elementCount == 3 && b.file == "model.safetensors")
        #expect(Array(UnsafeRawBufferPointer(start: b.base, count: b.byteCount)) == [1, 2, 3, 4, 5, 6])
        #expect(checkpoint.tensors["d"] == nil)
    }

    @Test func `a view outlives its checkpoint`() throws {
        var view = try open(Safetensors.file(Self.tensors)).tensors["c"]
        let bytes = view.map { Array(UnsafeRawBufferPointer(start: $0.base, count: $0.byteCount)) }
        #expect(bytes == [9, 8, 7, 6, 5])
        view = nil
    }

    @Test func `a file cut at any byte is refused`() throws {
        let bytes = Safetensors.file(Self.tensors)
        for length in 0..<bytes.count {
            #expect(throws: CheckpointError.self, "cut to \(length) bytes") { try open(Array(bytes[..<length])) }
        }
    }

    @Test func `random damage to a header never reaches beyond the file`() throws {
        let original = Safetensors.file(Self.tensors)
        let headerEnd = original.count - 35
        var generator = SplitMix64(state: 1)
        var opened = 0
        for round in 0..<5_000 {
            var bytes = original
            for _ in 0...round % 3 {
                let bit = UInt8.random(in: 0..<8, using: &generator)
                bytes[Int.random(in: 0..<headerEnd, using: &generator)] ^= 1 << bit
            }
            guard let header = try? SafetensorsHeader(parsing: bytes.span, file: "damaged") else { continue }
            opened += 1
            #expect(header.entries.allSatisfy { $0.range.upperBound <= bytes.count })
            #expect(header.entries.reduce(0) { $0 + $1.range.count } == 35)
        }
        #expect(opened < 5_000)
    }

    @Test func `elements at odd addresses are read right`() throws {
        let odd = [
            TensorFixture(name: "pad", shape: [1], type: .u8, bytes: [7]),
            TensorFixture(name: "wide", shape: [2], bytes: [1, 0, 0, 0, 2, 0, 0, 0]),
        ]
        let wide = try #require(try open(Safetensors.file(odd)).tensors["wide"])
        #expect(Int(bitPattern: wide.base) % 4 == 0)
        #expect(wide.base.load(as: UInt32.self) == 1)
        #expect((wide.base + 4).load(as: UInt32.self) == 2)
        #expect(throws: Never.self) { try open(Safetensors.file(Self.tensors, pads: false)) }
    }

    @Test func `scalars and tensors without elements are allowed`() throws {
        let checkpoint = try open(
            Safetensors.file([
                TensorFixture(name: "none", shape: [0, 4]), TensorFixture(name: "scalar", shape: []),
                TensorFixture(name: "end", shape: [0]),
            ]))
        #expect(checkpoint.tensors["none"]?.byteCount == 0)
        #expect(checkpoint.tensors["scalar"]?.elementCount == 1)
    }

    @Test func `an empty file and a Git LFS pointer are told apart from damage`() {
        expectCheckpointError("model.safetensors: is empty") { _ = try open([]) }
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 10\n"
        expectCheckpointError("model.safetensors", "Git LFS pointer", "git lfs pull") {
            _ = try open(Array(pointer.utf8))
        }
    }

    @Test func `a header that is none is refused`() {
        expectCheckpointError("would have 9223372036854775807 bytes") {
            _ = try open([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x7b, 0x7d])
        }
        expectCheckpointError("truncated", "header ends at byte 108") { _ = try open(Safetensors.length(100) + [0x7b]) }
        expectCheckpointError("no JSON object") { _ = try open(header: "[]") }
        expectCheckpointError("no JSON object") { _ = try open(header: "") }
        expectCheckpointError("no JSON: line 1") { _ = try open(header: #"{"a":}"#) }
        expectCheckpointError("__metadata__") { _ = try open(header: #"{"__metadata__":{"a":1}}"#, data: 0) }
    }

    @Test(arguments: [
        (#"{"a":1}"#, "has no dtype"),
        (#"{"a":{"shape":[6],"data_offsets":[0,24]}}"#, "has no dtype"),
        (#"{"a":{"dtype":"F32","data_offsets":[0,24]}}"#, "has no shape"),
        (#"{"a":{"dtype":"F32","shape":[6]}}"#, "data_offsets are no ascending pair"),
        (#"{"a":{"dtype":"F32","shape":[6],"data_offsets":[24,0]}}"#, "data_offsets are no ascending pair"),
        (#"{"a":{"dtype":"F32","shape":[6],"data_offsets":[-24,0]}}"#, "data_offsets are no ascending pair"),
        (#"{"a":{"dtype":"F32","shape":[6],"data_offsets":[0,24,24]}}"#, "data_offsets are no ascending pair"),
        (#"{"a":{"dtype":"F4","shape":[6],"data_offsets":[0,24]}}"#, #"dtype "F4" is unknown"#),
        (#"{"a":{"dtype":"F32","shape":[-6],"data_offsets":[0,24]}}"#, "shape holds -6"),
        (#"{"a":{"dtype":"F32","shape":[6.5],"data_offsets":[0,24]}}"#, "shape holds 6.5"),
        (#"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,24]}}"#, "too large"),
        (#"{"a":{"dtype":"F32","shape":[6],"data_offsets":[0,28]}}"#, "run to 28, but the file has 24"),
        (#"{"a":{"dtype":"F32","shape":[6],"data_offsets":[9223372036854775800,9223372036854775807]}}"#, "run to"),
        (
            #"{"a":{"dtype":"F32","shape":[5],"data_offsets":[0,24]}}"#,
            "F32 [5] takes 20 bytes, but its data_offsets span 24"
        ),
        (#"{"a":{"dtype":"F32","shape":[5],"data_offsets":[4,24]}}"#, "4 bytes before it belong to no tensor"),
    ])
    func `a wrong entry is refused with its name`(header: String, problem: String) {
        expectCheckpointError("model.safetensors: tensor a: ", problem) { _ = try open(header: header) }
    }

    @Test func `overlaps, holes and bytes beyond the last tensor are refused`() {
        func header(_ second: (Int, Int)) -> String {
            let second = Safetensors.entry("b", "U8", [second.1 - second.0], second.0, second.1)
            return "{\(Safetensors.entry("a", "U8", [12], 0, 12)),\(second)}"
        }
        expectCheckpointError("tensor b: its bytes overlap those of a") { _ = try open(header: header((8, 24))) }
        expectCheckpointError("tensor b: 4 bytes before it") { _ = try open(header: header((16, 24))) }
        expectCheckpointError("its last 4 bytes belong to no tensor") { _ = try open(header: header((12, 20))) }
        #expect(throws: Never.self) { try open(header: header((12, 24))) }
    }

    @Test func `prefetching reports every byte once`() throws {
        let checkpoint = try open(Safetensors.file(Self.tensors))
        var last: LoadProgress?
        try checkpoint.tensors.prefetch(available: 1 << 30) { last = $0 }
        #expect(last?.fraction == 1)
        #expect(last?.file == "model.safetensors")
        last = nil
        try checkpoint.tensors.prefetch(available: 10) { last = $0 }
        #expect(last == nil)
    }
}
