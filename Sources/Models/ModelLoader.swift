package import Checkpoints

/// Makes a model of a checkpoint: checks the tensors, reads the weights into memory and names them.
package enum ModelLoader {
    /// Weights stay where they are mapped, unless they are quantised. `progress` reports bytes read of all.
    ///
    /// Throws `CheckpointError` for tensors that do not fit the configuration or cannot be quantised, `ComputeError` for an instruction set
    /// that this machine lacks.
    package static func load(
        _ checkpoint: Checkpoint, configuration: ModelConfiguration, options: ModelOptions,
        progress: LoadProgress.Handler? = nil
    ) throws -> any LanguageModel {
        let plan = TensorPlan(configuration)
        try plan.check(checkpoint.tensors)
        let weights = try source(checkpoint.tensors, plan: plan, options: options, progress: progress)
        switch configuration.architecture {
        case .qwen2, .llama: return try DenseDecoder(configuration, weights: weights, options: options)
        case .deepseekV3: return try DeepseekV3(configuration, plan: plan, weights: weights, options: options)
        }
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
        _ tensors: TensorIndex, plan: TensorPlan, options: ModelOptions, progress: LoadProgress.Handler?
    ) throws(CheckpointError) -> WeightSource {
        guard let type = options.quantization else {
            try tensors.prefetch(available: options.availableMemory, progress: progress)
            return WeightSource(tensors)
        }
        let quantizer = try WeightQuantizer(
            type, plan: plan, tensors: tensors, options: options, progress: progress)
        return WeightSource(tensors, quantizer: quantizer)
    }
}
