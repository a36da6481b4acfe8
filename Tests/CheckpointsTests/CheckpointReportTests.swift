import Checkpoints
import JSON
import Testing

struct CheckpointReportTests {
    private func report(available: Int) throws -> CheckpointReport {
        try CheckpointReport(.builtin(), memory: MachineMemory(total: 16_000_000_000, available: available))
    }

    @Test func `the built-in model's report adds up`() throws {
        let report = try report(available: 12_000_000_000)
        #expect(report.types.map(\.type) == [.bf16, .f32])
        #expect(report.cacheBytesPerToken == 5 * (64 + 16) * 2)
        #expect(report.cacheTokensThatFit == (12_000_000_000 - report.weightBytes) / 800)
        let elements = report.types.reduce(0) { $0 + $1.elementCount }
        #expect(report.parameterCount + report.nextTokenParameterCount + 2 * 1024 * 192 == elements)
    }

    @Test func `the table is aligned and says what fits`() throws {
        let lines = try report(available: 12_000_000_000).text().split(separator: "\n")
        #expect(lines.first == "Model         apus-nano (built-in)")
        #expect(lines.contains("Experts       8 routed, 2 per token from 2 of 4 groups, 1 shared; 1 dense layer first"))
        #expect(lines.contains("KV cache      800 B per token in bf16, 3.28 MB for one full context"))
        #expect(lines.contains("Memory        12.0 GB available of 16.0 GB"))
        #expect(lines.last?.hasPrefix("Fits          yes: beside the weights 14,9") == true)
        #expect(
            try report(available: 1_000_000).text().contains("Fits          no: the weights exceed available memory by")
        )
    }

    @Test func `the JSON has the same facts`() throws {
        let report = try report(available: 12_000_000_000)
        let json = report.json()
        #expect(json["architecture"] == "DeepseekV3ForCausalLM")
        #expect(json["parameters"]?.intValue == report.parameterCount)
        #expect(json["dtypes"]?["BF16"]?["bytes"]?.intValue == report.types.first?.byteCount)
        #expect(json["memory"]?["fits"] == true)
        #expect(json["memory"]?["kv_tokens"]?.intValue == report.cacheTokensThatFit)
    }

    @Test func `dense and quantised models report their own lines`() throws {
        let dense = try ModelFolder(Configurations.tinyLlama)
        dense.writeShards(2)
        let text = try CheckpointReport(dense.open(), memory: nil).text()
        #expect(text.contains("4 heads of 8, 2 for keys and values"))
        #expect(text.contains(" in 2 files"))
        #expect(!text.contains("Experts") && !text.contains("Fits"))
        let fp8 = try ModelFolder(Configurations.tinyFP8)
        fp8.writeWeights()
        #expect(try CheckpointReport(fp8.open()).text().contains("fp8 e4m3, one scale per 128x128 block"))
    }

    @Test func `numbers are readable`() {
        #expect(HumanReadable.bytes(0) == "0 B")
        #expect(HumanReadable.bytes(999) == "999 B")
        #expect(HumanReadable.bytes(999_999) == "1.00 MB")
        #expect(HumanReadable.bytes(10_467_688) == "10.5 MB")
        #expect(HumanReadable.bytes(671_026_419_200) == "671 GB")
        #expect(HumanReadable.count(1_777_088_000) == "1.78 B")
        #expect(HumanReadable.count(12) == "12")
        #expect(HumanReadable.grouped(163_840) == "163,840")
        #expect(HumanReadable.grouped(1_000_005) == "1,000,005")
        #expect(HumanReadable.grouped(12) == "12")
    }
}
