extension TensorPlan {
    /// The items that a running model reads: the main model's, the head only where the embedding does not serve as it.
    package var loadedItems: [Item] {
        items.filter { item in
            item.nextTokenLayer == nil && !(item.role == .head && configuration.tiesEmbeddings)
        }
    }

    /// Bytes of what becomes of a checkpoint's item, or of its tensors as they are without a recipe.
    package func byteCount(of item: Item, in index: TensorIndex, quantizedBy recipe: QuantizationRecipe?) -> Int {
        if let recipe { return recipe.byteCount(of: item) }
        return tensors(of: item, in: index).reduce(0) { $0 + $1.byteCount }
    }

    /// Bytes of the weights of a running model.
    package func weightBytes(of index: TensorIndex, quantizedBy recipe: QuantizationRecipe?) -> Int {
        loadedItems.reduce(0) { $0 + byteCount(of: $1, in: index, quantizedBy: recipe) }
    }
}
