package import Checkpoints

/// Makes a model of a checkpoint: checks the tensors, reads the weights into memory and names them.
package enum ModelLoader {
    /// Weights of block formats are packed, others stay where they are mapped. `progress` reports bytes read of all.
    ///
    /// Throws `CheckpointError` for tensors that do not fit the configuration, `ComputeError` for an instruction set
    /// that this machine lacks.
    package static func load(
        _ checkpoint: Checkpoint, configuration: ModelConfiguration, options: ModelOptions,
        progress: LoadProgress.Handler? = nil
    ) throws -> any LanguageModel {
        let plan = TensorPlan(configuration)
        try plan.check(checkpoint.tensors)
        let packing = try PackingPlan(checkpoint.tensors, options: options)
        let packed = try packing.open(name: checkpoint.name)
        if packing.byteCount == 0 {
            try checkpoint.tensors.prefetch(available: options.availableMemory, progress: progress)
        }
        let weights = WeightSource(
            checkpoint.tensors,
            packer: WeightPacker(
                processor: options.processor, packed: packed, total: packing.byteCount, progress: progress))
        let model: any LanguageModel =
            switch configuration.architecture {
            case .qwen2, .llama: try DenseDecoder(configuration, weights: weights, options: options)
            case .deepseekV3: try DeepseekV3(configuration, plan: plan, weights: weights, options: options)
            }
        try packed.finish()
        return model
    }

    /// Bytes of weights that one token reads: no embedding table unless it is the head as well, and of the routed
    /// experts those that are chosen.
    package static func weightBytesPerToken(_ checkpoint: Checkpoint, configuration: ModelConfiguration) -> Int {
        var experts = 0
        var others = 0
        let plan = TensorPlan(configuration)
        for item in plan.items where item.nextTokenLayer == nil {
            if item.role == .embedding && !configuration.tiesEmbeddings { continue }
            if item.role == .head && configuration.tiesEmbeddings { continue }
            let bytes = plan.tensors(of: item, in: checkpoint.tensors).reduce(0) { $0 + $1.byteCount }
            if item.role == .expert { experts += bytes } else { others += bytes }
        }
        guard let mixture = configuration.experts else { return others }
        return others + experts / mixture.routedCount * mixture.activeCount
    }
}
