import Checkpoints
import JSON
import Testing

struct CheckpointFolderTests {
    private func folder() throws -> ModelFolder {
        let model = try ModelFolder(Configurations.tinyQwen)
        model.writeWeights()
        return model
    }

    @Test func `a folder opens with its small files`() throws {
        let model = try folder()
        model.folder.write(#"{"temperature":0.6,"eos_token_id":[6,7]}"#, to: "generation_config.json")
        model.folder.write(#"{"chat_template":"from config"}"#, to: "tokenizer_config.json")
        var progress: [LoadProgress] = []
        let checkpoint = try Checkpoint(directory: model.path + "/") { progress.append($0) }
        #expect(checkpoint.name == model.path.split(separator: "/").last.map(String.init))
        #expect(!checkpoint.isBuiltin)
        #expect(checkpoint.tokenizerJSON == Array("{}".utf8))
        #expect(checkpoint.chatTemplate == "from config")
        #expect(try checkpoint.configuration().endTokens == [6, 7])
        #expect(progress.last?.fraction == 1)
        model.folder.write("from jinja", to: "chat_template.jinja")
        #expect(try model.open().chatTemplate == "from jinja")
    }

    @Test func `of several named templates the default one is taken`() throws {
        let model = try folder()
        model.folder.write(
            #"{"chat_template":[{"name":"tool_use","template":"t"},{"name":"default","template":"d"}]}"#,
            to: "tokenizer_config.json")
        #expect(try model.open().chatTemplate == "d")
    }

    @Test func `a missing file is named with what helps`() throws {
        let model = try folder()
        model.folder.remove("tokenizer.json")
        expectCheckpointError("tokenizer.json: is missing", "Download it") { _ = try model.open() }
        #expect(throws: Never.self) { try Checkpoint(directory: model.path, requiresTokenizer: false) }
        model.folder.remove("config.json")
        expectCheckpointError("/config.json: is missing", "as on Hugging Face") { _ = try model.open() }
        model.folder.write("{}", to: "config.json")
        model.folder.remove("model.safetensors")
        expectCheckpointError(model.path, "no *.safetensors") { _ = try model.open() }
        model.folder.write("", to: "pytorch_model.bin")
        expectCheckpointError("weights in pytorch_model.bin", "save_pretrained") { _ = try model.open() }
    }

    @Test func `a small file that is no JSON is named with the position`() throws {
        let model = try folder()
        model.folder.write("{\n \"a\": }", to: "config.json")
        expectCheckpointError("config.json: is no JSON (line 2, column 7") { _ = try model.open() }
        model.folder.write("[]", to: "config.json")
        expectCheckpointError("config.json: the document is an array") { _ = try model.open().configuration() }
        model.folder.write("version https://git-lfs.github.com/spec/v1\n", to: "config.json")
        expectCheckpointError("config.json: is a Git LFS pointer") { _ = try model.open() }
    }

    @Test func `the one set of weights is found under another name`() throws {
        let model = try ModelFolder(Configurations.tinyQwen)
        model.writeWeights("weights.safetensors")
        #expect(try model.open().tensors.fileNames == ["weights.safetensors"])
        model.writeWeights("copy.safetensors")
        expectCheckpointError("several safetensors files and no index", "copy.safetensors, weights.safetensors") {
            _ = try model.open()
        }
        model.writeWeights()
        #expect(try model.open().tensors.fileNames == ["model.safetensors"])
    }

    @Test func `what is no folder is told apart`() throws {
        let model = try folder()
        model.folder.write("GGUF", to: "model.gguf")
        expectCheckpointError("model.gguf: is truncated: its version") {
            _ = try Checkpoint(path: model.path + "/model.gguf")
        }
        expectCheckpointError("is a file, neither a folder nor GGUF", "Pass the folder that holds it: \(model.path)") {
            _ = try Checkpoint(directory: model.path + "/model.safetensors")
        }
        expectCheckpointError(
            "models are not downloaded", "hf download deepseek-ai/DeepSeek-R1 --local-dir DeepSeek-R1"
        ) {
            _ = try Checkpoint(directory: "deepseek-ai/DeepSeek-R1")
        }
        expectCheckpointError("/no/such/model: no such file or folder. Supported") {
            _ = try Checkpoint(directory: "/no/such/model")
        }
        let other = TemporaryFolder()
        other.write("GGUF", to: "R1.Q4_K_M.gguf")
        expectCheckpointError("Pass the file itself: \(other.path)/R1.Q4_K_M.gguf") {
            _ = try Checkpoint(directory: other.path)
        }
    }

    @Test func `Hugging Face's cache is entered by its snapshot, and names the repository`() throws {
        let cache = TemporaryFolder()
        let snapshot = "models--deepseek-ai--DeepSeek-R1/snapshots/0123abc"
        cache.write(Configurations.tinyQwen.serialized(), to: "\(snapshot)/config.json")
        cache.write("{}", to: "\(snapshot)/tokenizer.json")
        cache.write(Safetensors.file([TensorFixture(name: "a", shape: [1])]), to: "\(snapshot)/model.safetensors")
        #expect(try Checkpoint(directory: "\(cache.path)/\(snapshot)").name == "deepseek-ai/DeepSeek-R1")
        expectCheckpointError("cache entry", "snapshots/0123abc") {
            _ = try Checkpoint(directory: "\(cache.path)/models--deepseek-ai--DeepSeek-R1")
        }
    }
}
