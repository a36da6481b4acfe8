/// What `apus inspect` tells about a checkpoint: its shape, its cost, and what fits beside it in memory.
package struct CheckpointReport: Sendable {
    /// The tensors of one element type.
    package struct TypeShare: Sendable, Hashable {
        package let type: ElementType
        package let tensorCount: Int
        package let elementCount: Int
        package let byteCount: Int
    }

    package let name: String
    package let location: String
    package let configuration: ModelConfiguration
    /// Of the main model.
    package let parameterCount: Int
    /// Of the main model, read per token.
    package let activeParameterCount: Int
    /// Of the MTP modules; 0 where the checkpoint has none.
    package let nextTokenParameterCount: Int
    /// What the weights are quantised to while they are read; nil: they stay as they are.
    package let quantization: QuantizationType?
    /// As they are in memory, most bytes first.
    package let types: [TypeShare]
    package let fileCount: Int
    /// Nil where the machine does not tell.
    package let memory: MachineMemory?

    /// Bytes of a cached value: bf16.
    package static let cacheElementWidth = 2

    /// Checks the checkpoint's tensors; throws as `ModelConfiguration`, `TensorPlan` and `TensorIndex` do.
    package init(
        _ checkpoint: Checkpoint, quantization: QuantizationType? = nil, memory: MachineMemory? = .current()
    ) throws(CheckpointError) {
        configuration = try checkpoint.configuration()
        let plan = TensorPlan(configuration)
        try plan.check(checkpoint.tensors)
        name = checkpoint.name
        location = checkpoint.location
        parameterCount = plan.parameterCount
        activeParameterCount = plan.activeParameterCount
        nextTokenParameterCount = plan.hasNextTokenLayers(in: checkpoint.tensors) ? plan.nextTokenParameterCount : 0
        self.quantization = quantization
        if let quantization {
            try checkpoint.tensors.checkIsNotQuantized(remedy: "Leave --quantization out")
            let recipe = QuantizationRecipe(quantization, for: configuration)
            types = Self.shares(plan.loadedItems.flatMap(recipe.parts))
        } else {
            types = Self.shares(checkpoint.tensors.map { ($0.type, $0.elementCount) })
        }
        fileCount = checkpoint.tensors.fileNames.count
        self.memory = memory
    }

    package var weightBytes: Int { types.reduce(0) { $0 + $1.byteCount } }

    package var cacheBytesPerToken: Int {
        configuration.cacheBytesPerToken(elementWidth: Self.cacheElementWidth)
    }

    /// Tokens of cache that fit into available memory beside the weights; negative room counts as none.
    package var cacheTokensThatFit: Int? {
        memory.map { max(0, $0.available - weightBytes) / cacheBytesPerToken }
    }

    private static func shares(_ tensors: [(type: ElementType, elementCount: Int)]) -> [TypeShare] {
        var shares: [ElementType: TypeShare] = [:]
        for (type, count) in tensors {
            let share = shares[type]
            shares[type] = TypeShare(
                type: type, tensorCount: (share?.tensorCount ?? 0) + 1,
                elementCount: (share?.elementCount ?? 0) + count,
                byteCount: (share?.byteCount ?? 0) + count / type.blockLength * type.blockBytes)
        }
        return shares.values.sorted { ($0.byteCount, $1.type.rawValue) > ($1.byteCount, $0.type.rawValue) }
    }
}
