/// A stable sort whose comparison may throw.
enum StableSort {
    static func sort<Element>(
        _ elements: inout [Element], by precedes: (Element, Element) throws(TemplateError) -> Bool
    ) throws(TemplateError) {
        var width = 1
        while width < elements.count {
            var merged: [Element] = []
            merged.reserveCapacity(elements.count)
            var start = 0
            while start < elements.count {
                let middle = Swift.min(start + width, elements.count)
                let end = Swift.min(start + 2 * width, elements.count)
                var left = start
                var right = middle
                while left < middle, right < end {
                    if try precedes(elements[right], elements[left]) {
                        merged.append(elements[right])
                        right += 1
                    } else {
                        merged.append(elements[left])
                        left += 1
                    }
                }
                merged += elements[left..<middle]
                merged += elements[right..<end]
                start = end
            }
            elements = merged
            width *= 2
        }
    }
}
