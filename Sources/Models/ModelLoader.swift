package import Checkpoints

/// Makes a model of a checkpoint: checks the tensors, reads the weights into memory and names them.
package enum ModelLoader {
    /// Weights of block formats, or quantised to one, are packed; others stay where they are mapped. `progress` reports
    /// bytes done of all.
    ///
    /// Throws `CheckpointError` for tensors that do not fit the configuration, cannot be quantised or do not fit into
    /// memory, `ComputeError` for an instruction set that this machine lacks.
    package static func load(
        _ checkpoint: Checkpoint, configuration: ModelConfiguration, options: ModelOptions,
        progress: LoadProgress.Handler? = nil
    ) throws -> any LanguageModel {
        let plan = TensorPlan(configuration)
        try plan.check(checkpoint.tensors)
        let packing = try PackingPlan(checkpoint, plan: plan, options: options)
        let packed = try packing.open()
        let weights = try source(
            checkpoint.tensors, plan: plan, packing: packing, packed: packed, options: options, progress: progress)
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
    package static func weightBytesPerToken(
        _ checkpoint: Checkpoint, configuration: ModelConfiguration, quantization: QuantizationType? = nil
    ) -> Int {
        var experts = 0
        var others = 0
        let plan = TensorPlan(configuration)
        let recipe = quantization.map { QuantizationRecipe($0, for: configuration) }
        for item in plan.loadedItems where item.role != .embedding || configuration.tiesEmbeddings {
            let bytes = plan.byteCount(of: item, in: checkpoint.tensors, quantizedBy: recipe)
            if item.role == .expert { experts += bytes } else { others += bytes }
        }
        guard let mixture = configuration.experts else { return others }
        return others + experts / mixture.routedCount * mixture.activeCount
    }

    private static func source(
        _ tensors: TensorIndex, plan: TensorPlan, packing: PackingPlan, packed: PackedWeights, options: ModelOptions,
        progress: LoadProgress.Handler?
    ) throws(CheckpointError) -> WeightSource {
        if case .found(let file) = packed {
            try file.prefetch(available: options.availableMemory, progress: progress)
        } else if packing.byteCount == 0 {
            try tensors.prefetch(available: options.availableMemory, progress: progress)
        }
        let quantizer = try options.quantization.map { type throws(CheckpointError) in
            try WeightQuantizer(
                type, plan: plan, tensors: tensors, processor: options.processor, progress: progress)
        }
        let packer = WeightPacker(
            processor: options.processor, packed: packed, total: packing.byteCount,
            progress: quantizer == nil ? progress : nil)
        return WeightSource(tensors, packer: packer, quantizer: quantizer)
    }
}
