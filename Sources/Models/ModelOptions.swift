package import Checkpoints
package import Compute

/// How a model is run.
package struct ModelOptions: Sendable {
    /// The model's alone while it computes.
    package var processor: Processor
    package var keyValueType: KeyValueType
    /// What weights are quantised to while they are read; nil: they stay as they are.
    package var quantization: QuantizationType?
    /// Longest sequence in tokens; the checkpoint's own limit if nil, and never beyond it.
    package var maxContext: Int?
    /// Bytes of memory that weights may fill. Larger checkpoints are streamed from disk instead of read at start;
    /// quantised ones must fit.
    package var availableMemory: Int
    /// Folder in which packed weights are kept for the next start; nil: they are packed in memory at each start.
    package var weightCache: String?

    package init(
        processor: Processor, keyValueType: KeyValueType = .auto, quantization: QuantizationType? = nil,
        maxContext: Int? = nil, availableMemory: Int = .max, weightCache: String? = nil
    ) {
        self.processor = processor
        self.keyValueType = keyValueType
        self.quantization = quantization
        self.maxContext = maxContext
        self.availableMemory = availableMemory
        self.weightCache = weightCache
    }
}
