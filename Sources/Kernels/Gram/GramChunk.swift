/// The Gram matrix of rows `rows`, all `columnCount²` elements of it, into `partial`.
@inline(never)
func gramChunk(
  _ matrix: UnsafePointer<Float>, _ columnStride: Int, _ rows: Range<Int>,
  _ rowScales: UnsafePointer<Float>?, _ shape: GramShape, _ scratch: GramScratch,
  _ partial: UnsafeMutablePointer<Double>
) {
  scratch.sums.initialize(repeating: .zero, count: shape.tileCount * 9)
  var row = rows.lowerBound
  while row < rows.upperBound {
    let count = min(shape.blockRowCount, rows.upperBound - row)
    let stepCount = (count + 7) / 8
    for column in 0..<shape.columnCount {
      let source = matrix + column * columnStride + row
      let target = scratch.packed + (column / 3) * stepCount * 3 + column % 3
      if let rowScales {
        packScaled(source, rowScales + row, count, target)
      } else {
        pack(source, count, target)
      }
    }
    // The columns that fill up the last triple: stale when the block before was longer.
    for column in shape.columnCount..<shape.tripleCount * 3 {
      let target = scratch.packed + (column / 3) * stepCount * 3 + column % 3
      for step in 0..<stepCount { target[step * 3] = .zero }
    }
    addBlock(scratch.packed, stepCount, shape, scratch.sums)
    row += count
  }
  unpack(scratch.sums, shape, partial)
}

/// Copies `count` floats to every third vector of `target`, the last vector filled up with zeros.
@inline(never)
private func pack(
  _ source: UnsafePointer<Float>, _ count: Int, _ target: UnsafeMutablePointer<SIMD8<Float>>
) {
  var raw = UnsafeRawPointer(source)
  var target = target
  let end = raw + (count & ~7) * 4
  while raw != end {
    target.pointee = raw.loadUnaligned(as: SIMD8<Float>.self)
    raw += 32
    target += 3
  }
  if count & 7 != 0 {
    var last = SIMD8<Float>.zero
    for at in (count & ~7)..<count { last[at & 7] = source[at] }
    target.pointee = last
  }
}

/// As `pack`, times a scale a row.
@inline(never)
private func packScaled(
  _ source: UnsafePointer<Float>, _ scales: UnsafePointer<Float>, _ count: Int,
  _ target: UnsafeMutablePointer<SIMD8<Float>>
) {
  var raw = UnsafeRawPointer(source)
  var rawScales = UnsafeRawPointer(scales)
  var target = target
  let end = raw + (count & ~7) * 4
  while raw != end {
    target.pointee =
      raw.loadUnaligned(as: SIMD8<Float>.self) * rawScales.loadUnaligned(as: SIMD8<Float>.self)
    raw += 32
    rawScales += 32
    target += 3
  }
  if count & 7 != 0 {
    var last = SIMD8<Float>.zero
    for at in (count & ~7)..<count { last[at & 7] = source[at] * scales[at] }
    target.pointee = last
  }
}

/// Adds the products of every pair of triples a ≤ b to `sums`: nine accumulators, six loads, nine FMA a step.
///
/// Triples are taken in groups, two of which fit the L1 cache, so that a wide matrix is not read from the L2
/// cache once a tile.
private func addBlock(
  _ packed: UnsafePointer<SIMD8<Float>>, _ stepCount: Int, _ shape: GramShape,
  _ sums: UnsafeMutablePointer<SIMD4<Double>>
) {
  let width = stepCount * 3
  for aFirst in stride(from: 0, to: shape.tripleCount, by: shape.groupTripleCount) {
    let aEnd = min(aFirst + shape.groupTripleCount, shape.tripleCount)
    for bFirst in stride(from: aFirst, to: shape.tripleCount, by: shape.groupTripleCount) {
      let bEnd = min(bFirst + shape.groupTripleCount, shape.tripleCount)
      for a in aFirst..<aEnd {
        for b in max(a, bFirst)..<bEnd {
          addTile(packed + a * width, packed + b * width, width, sums + shape.tile(a, b) * 9)
        }
      }
    }
  }
}

@inline(__always)
private func addTile(
  _ a: UnsafePointer<SIMD8<Float>>, _ b: UnsafePointer<SIMD8<Float>>, _ width: Int,
  _ sums: UnsafeMutablePointer<SIMD4<Double>>
) {
  var s00 = SIMD8<Float>.zero
  var (s01, s02, s10, s11, s12, s20, s21, s22) = (s00, s00, s00, s00, s00, s00, s00, s00)
  var a = a
  var b = b
  let end = a + width
  while a != end {
    let (b0, b1, b2) = (b[0], b[1], b[2])
    let a0 = a[0]
    s00 = s00.addingProduct(a0, b0)
    s01 = s01.addingProduct(a0, b1)
    s02 = s02.addingProduct(a0, b2)
    let a1 = a[1]
    s10 = s10.addingProduct(a1, b0)
    s11 = s11.addingProduct(a1, b1)
    s12 = s12.addingProduct(a1, b2)
    let a2 = a[2]
    s20 = s20.addingProduct(a2, b0)
    s21 = s21.addingProduct(a2, b1)
    s22 = s22.addingProduct(a2, b2)
    a += 3
    b += 3
  }
  add(s00, sums)
  add(s01, sums + 1)
  add(s02, sums + 2)
  add(s10, sums + 3)
  add(s11, sums + 4)
  add(s12, sums + 5)
  add(s20, sums + 6)
  add(s21, sums + 7)
  add(s22, sums + 8)
}

@inline(__always)
private func add(_ lanes: SIMD8<Float>, _ sum: UnsafeMutablePointer<SIMD4<Double>>) {
  sum.pointee += SIMD4<Double>(lanes.lowHalf) + SIMD4<Double>(lanes.highHalf)
}

/// Adds up the lanes and writes both triangles.
private func unpack(
  _ sums: UnsafePointer<SIMD4<Double>>, _ shape: GramShape,
  _ partial: UnsafeMutablePointer<Double>
) {
  var sums = sums
  let count = shape.columnCount
  for a in 0..<shape.tripleCount {
    for b in a..<shape.tripleCount {
      for k in 0..<9 {
        let (i, j) = (a * 3 + k / 3, b * 3 + k % 3)
        if i < count && j < count && i <= j {
          let sum = sums[k].sum()
          partial[i * count + j] = sum
          partial[j * count + i] = sum
        }
      }
      sums += 9
    }
  }
}
