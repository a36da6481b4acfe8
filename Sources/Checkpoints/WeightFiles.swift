import JSON

/// Which safetensors files of a folder make up its checkpoint.
struct WeightFiles {
    /// In order; all exist.
    let names: [String]
    /// The index file and what it says, tensor by tensor; nil without an index.
    let index: (file: String, shards: [String: String])?

    /// Chooses as transformers does: model.safetensors, then its index; else the one other set that there is.
    init(_ folder: CheckpointFolder) throws(CheckpointError) {
        let all = try folder.list().filter { $0.hasSuffix(".safetensors") }.sorted()
        let indices = try folder.list().filter { $0.hasSuffix(".safetensors.index.json") }.sorted()
        if all.contains("model.safetensors") {
            names = ["model.safetensors"]
            index = nil
        } else if let file = indices.first(where: { $0 == "model.safetensors.index.json" }) ?? indices.only {
            let shards = try Self.shards(file, folder)
            names = Set(shards.values).sorted()
            index = (file, shards)
            try Self.requireAll(names, of: file, in: all)
        } else if let file = all.only, ShardName(file) == nil {
            names = [file]
            index = nil
        } else {
            names = try Self.unindexed(all, folder)
            index = nil
        }
    }

    /// Throws when a tensor of the index is not in its shard.
    func check(_ tensors: TensorIndex) throws(CheckpointError) {
        guard let index else { return }
        for (name, shard) in index.shards.sorted(by: { $0.key < $1.key }) {
            guard let tensor = tensors[name], tensor.file == shard else {
                throw CheckpointError(
                    file: shard, tensor: name,
                    problem: tensors[name].map { "is in \($0.file), but \(index.file) places it here" }
                        ?? "is missing, but \(index.file) places it here",
                    remedy: "Download the shard and the index again.")
            }
        }
    }

    private static func shards(_ file: String, _ folder: CheckpointFolder) throws(CheckpointError) -> [String: String] {
        func failure(_ problem: String, tensor: String? = nil) -> CheckpointError {
            CheckpointError(file: file, tensor: tensor, problem: problem, remedy: CheckpointError.downloadAgain)
        }
        guard let map = try folder.json(file)?["weight_map"]?.objectValue, !map.isEmpty else {
            throw failure("has no weight_map")
        }
        var shards: [String: String] = [:]
        for (name, value) in map {
            guard let shard = value.stringValue, shard.hasSuffix(".safetensors"), !shard.contains("/") else {
                throw failure("is mapped to \(value.serialized()), no safetensors file of the folder", tensor: name)
            }
            shards[name] = shard
        }
        return shards
    }

    private static func requireAll(_ names: [String], of file: String, in present: [String]) throws(CheckpointError) {
        let missing = names.filter { !present.contains($0) }
        guard let first = missing.first else { return }
        let others = missing.count == 1 ? "" : " (and \(missing.count - 1) more of \(names.count))"
        throw CheckpointError(
            file: first, problem: "the shard is missing\(others), but \(file) names it",
            remedy: "Download the missing shards into the folder.")
    }

    /// A folder without an index: one complete set of `-00001-of-0000N` shards, or a refusal.
    private static func unindexed(_ all: [String], _ folder: CheckpointFolder) throws(CheckpointError) -> [String] {
        let shards = all.compactMap(ShardName.init)
        if let first = shards.first, shards.count == all.count, shards.allSatisfy({ $0.isOf(first) }) {
            let wanted = (1...first.count).map { first.name(of: $0) }
            try requireAll(wanted, of: "the name of \(all[0])", in: all)
            return wanted
        }
        guard !all.isEmpty else { throw folder.noWeights() }
        throw CheckpointError(
            file: folder.path, problem: "holds several safetensors files and no index: \(all.joined(separator: ", "))",
            remedy: "Name the weights model.safetensors, or add model.safetensors.index.json.")
    }
}

/// `model-00001-of-00003.safetensors`, taken apart.
private struct ShardName {
    let stem: String
    let digits: Int
    let count: Int

    init?(_ file: String) {
        let parts = file.dropLast(".safetensors".count).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[parts.count - 2] == "of", let count = Int(parts[parts.count - 1]),
            let number = Int(parts[parts.count - 3]), (1...100_000).contains(count), (1...count).contains(number)
        else { return nil }
        stem = parts.dropLast(3).joined(separator: "-")
        digits = parts[parts.count - 1].count
        self.count = count
    }

    func isOf(_ other: ShardName) -> Bool { stem == other.stem && digits == other.digits && count == other.count }

    func name(of number: Int) -> String {
        "\(stem)-\(padded(number))-of-\(padded(count)).safetensors"
    }

    private func padded(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

extension Array {
    /// The element of an array of one.
    fileprivate var only: Element? { count == 1 ? self[0] : nil }
}
