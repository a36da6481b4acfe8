extension QuantizationRecipe {
    /// What becomes of an item's tensors: element types with the numbers of elements. kv_b_proj is split.
    package func parts(of item: TensorPlan.Item) -> [(type: ElementType, elementCount: Int)] {
        if item.parts.isEmpty {
            return [(elementType(of: item.name, shape: item.shape), item.elementCount)]
        }
        return item.parts.map { (elementType(of: $0.name, shape: $0.shape), $0.shape.reduce(1, *)) }
    }

    /// Bytes of an item's tensors.
    package func byteCount(of item: TensorPlan.Item) -> Int {
        parts(of: item).reduce(0) { $0 + $1.elementCount / $1.type.blockLength * $1.type.blockBytes }
    }
}
