/// Owned memory for `count` elements, aligned to 64 bytes; the one owned storage of the engine.
///
/// It is filled once, by the closure given to its initialiser, and immutable from then on: that is why it can
/// be shared between threads. Large buffers ask for huge pages, because the first touch of fresh 4 KiB pages
/// is slow on virtual machines.
///
///     let squares = AlignedBuffer<Int64>(count: 8) { for i in 0..<8 { $0[i] = Int64(i * i) } }
///     squares[3]            // 9
///     squares.span[8]       // traps: out of bounds
package final class AlignedBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
  // SAFETY: written only inside init, before anybody else can see the object; never reallocated; freed in
  // deinit. That is what makes `@unchecked Sendable` true.
  @usableFromInline let base: UnsafeMutablePointer<Element>

  /// Number of elements.
  package let count: Int

  /// Allocates `count` elements, zeroed where fresh from the system or not is unspecified, and lets `fill`
  /// initialise every one of them.
  package init(
    count: Int, fill: (UnsafeMutableBufferPointer<Element>) throws -> Void
  ) rethrows {
    precondition(count >= 0, "a buffer's count is not negative")
    self.count = count
    base = BufferPool.shared.allocate(count * MemoryLayout<Element>.stride)
      .bindMemory(to: Element.self, capacity: count)
    try fill(UnsafeMutableBufferPointer(start: base, count: count))
  }

  /// `count` copies of `element`.
  package convenience init(repeating element: Element, count: Int) {
    self.init(count: count) { $0.initialize(repeating: element) }
  }

  /// The elements of an array.
  package convenience init(_ elements: [Element]) {
    self.init(count: elements.count) { _ = $0.initialize(from: elements) }
  }

  deinit { BufferPool.shared.giveBack(base, byteCount) }

  /// The element at `index`; traps outside `0..<count`.
  @inlinable
  package subscript(index: Int) -> Element {
    precondition(index >= 0 && index < count, "buffer index out of range")
    return base[index]
  }

  /// The elements, bounds-checked, for as long as the buffer is borrowed.
  @inlinable
  package var span: Span<Element> {
    @_lifetime(borrow self)
    get {
      let span = Span(_unsafeStart: UnsafePointer(base), count: count)
      return _overrideLifetime(span, borrowing: self)
    }
  }

  /// The elements for kernels that take pointers: valid only while the buffer is held.
  @inlinable
  package var pointer: UnsafeBufferPointer<Element> {
    UnsafeBufferPointer(start: base, count: count)
  }

  /// A copy as an array; for tests and small data.
  package var array: [Element] { Array(pointer) }

  /// Memory held, in bytes.
  package var byteCount: Int { count * MemoryLayout<Element>.stride }
}
