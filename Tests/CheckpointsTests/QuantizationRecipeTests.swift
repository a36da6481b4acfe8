import Checkpoints
import FoundationEssentials
import JSON
import Testing

struct QuantizationRecipeTests {
    /// llama-quantize's choices, see Fixtures/recipes.py.
    private static let models: [(name: String, model: JSONValue)] = {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/recipes.json")
        guard let text = try? String(contentsOf: url, encoding: .utf8) else { return [] }
        return (try? JSONValue(parsing: text))?.objectValue?.map { ($0.key, $0.value) } ?? []
    }()

    private func fullName(_ name: String) -> String {
        name.first?.isNumber == true ? "model.layers.\(name)" : name
    }

    /// kv_b_proj's parts have three dimensions; only the row's length counts.
    private func expectChoices(of model: JSONValue, _ name: String) throws {
        let configuration = try ModelConfiguration(config: #require(model["config"]))
        let rows = try #require(model["rows"]?.objectValue)
        for (mixture, types) in try #require(model["types"]?.objectValue) {
            let recipe = QuantizationRecipe(try #require(QuantizationType(rawValue: mixture)), for: configuration)
            let types = try #require(types.objectValue)
            var choices: [String: String] = [:]
            for (type, names) in types {
                for name in names.arrayValue ?? [] { choices[name.stringValue ?? ""] = type }
            }
            let others = try #require(types.first { $0.value.arrayValue?.isEmpty == true }?.key)
            for (tensor, length) in rows {
                let found = recipe.elementType(of: fullName(tensor), shape: [2, try #require(length.intValue)])
                #expect(found.rawValue == choices[tensor] ?? others, "\(name), \(mixture): \(tensor)")
            }
        }
    }

    @Test func `every mixture chooses as llama.cpp does`() throws {
        #expect(Self.models.count == 12)
        for (name, model) in Self.models { try expectChoices(of: model, name) }
    }

    @Test(arguments: QuantizationType.allCases) func `vectors, norms and router stay F32`(type: QuantizationType) throws
    {
        let recipe = QuantizationRecipe(type, for: try ModelConfiguration(config: Configurations.r1))
        for (name, shape) in [
            ("model.norm.weight", [7168]), ("model.layers.3.mlp.gate.weight", [256, 7168]),
            ("model.layers.3.mlp.gate.e_score_correction_bias", [256]),
            ("model.layers.0.self_attn.kv_a_layernorm.weight", [512]), ("model.layers.0.self_attn.q_proj.bias", [1536]),
        ] {
            #expect(recipe.elementType(of: name, shape: shape) == .f32)
        }
    }

    @Test func `f16 and bf16 take all matrices`() throws {
        let configuration = try ModelConfiguration(config: Configurations.distillQwen1_5B)
        for (type, element) in [(QuantizationType.f16, ElementType.f16), (.bf16, .bf16)] {
            let recipe = QuantizationRecipe(type, for: configuration)
            for name in ["model.embed_tokens.weight", "lm_head.weight", "model.layers.9.mlp.down_proj.weight"] {
                #expect(recipe.elementType(of: name, shape: [7, 9]) == element)
            }
        }
    }

    @Test func `the report tells what quantised weights take`() throws {
        let folder = try ModelFolder(Configurations.tinyQwen)
        folder.writeWeights()
        let checkpoint = try folder.open()
        let report = try CheckpointReport(checkpoint, quantization: .q4_k_m, memory: nil)
        // Rows of 32 values fall back to shorter blocks, those of 48 to F16.
        #expect(Set(report.types.map(\.type)) == [.q5_0, .q8_0, .f16, .f32])
        let elements = report.types.reduce(0) { $0 + $1.elementCount }
        #expect(elements == report.parameterCount)
        #expect(report.text().contains(" as q4_k_m, from 1 file"))
        #expect(report.json()["quantization"] == "q4_k_m")
    }
}
