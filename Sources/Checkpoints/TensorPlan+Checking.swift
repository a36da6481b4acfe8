extension TensorPlan {
    /// Whether the checkpoint has MTP modules; transformers drops them when it saves a model.
    package func hasNextTokenLayers(in index: TensorIndex) -> Bool {
        items.contains { $0.nextTokenLayer != nil && index[$0.name] != nil }
    }

    /// Compares a checkpoint with the plan: every required tensor and every fp8 weight's scales are there, nothing
    /// unknown is, shapes and types fit. Throws one error that lists the first offenders of each kind.
    ///
    /// MTP modules are all there or all absent. Rotary frequencies that old checkpoints stored are ignored.
    package func check(_ index: TensorIndex) throws(CheckpointError) {
        var findings = TensorFindings()
        var known: Set<String> = []
        known.reserveCapacity(index.count)
        let expectsNextTokenLayers = hasNextTokenLayers(in: index)

        for item in items {
            guard let tensor = index[item.name] else {
                if !item.isOptional, item.nextTokenLayer == nil || expectsNextTokenLayers {
                    findings.add(.missing, item.name, "\(item.name) \(item.shape)")
                }
                continue
            }
            known.insert(item.name)
            findings.compare(tensor, shape: item.shape, types: types(of: item.role))
            guard tensor.type == .f8e4m3, let blocks = configuration.quantization, item.shape.count == 2 else {
                continue
            }
            let scales = item.name + "_scale_inv"
            let shape = blocks.scaleShape(of: item.shape)
            known.insert(scales)
            if let tensor = index[scales] {
                findings.compare(tensor, shape: shape, types: [.f32])
            } else {
                findings.add(.missing, scales, "\(scales) \(shape), the scales of an F8_E4M3 weight", in: tensor.file)
            }
        }
        for tensor in index where !known.contains(tensor.name) && !tensor.name.hasSuffix("rotary_emb.inv_freq") {
            findings.add(
                .unknown, tensor.name, "\(tensor.name) \(tensor.type.rawValue) \(tensor.shape) in \(tensor.file)",
                in: tensor.file)
        }
        if let error = findings.error(files: index.fileNames) { throw error }
    }
}
