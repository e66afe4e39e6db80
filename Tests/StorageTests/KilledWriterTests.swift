import Columns
import Glibc
import Testing

@testable import Storage

/// Every system call of every change of a store fails, once, from then on, or as the last thing that a killed process
/// did: the store is the old or the new one, and the next writer finishes or undoes the rest.
@Suite("Killed writers")
struct KilledWriterTests {
  enum Change: CaseIterable { case publish, collect, makeCurrent, migrate }

  private func prepare(_ change: Change, _ directory: TemporaryDirectory) throws -> Store {
    if change == .migrate {
      return try Store.open(at: GoldenTests.copy("store-v1", to: directory))
    }
    let store = try Example.store(in: directory)
    if change == .publish { return store }
    var writer = try store.lockForWriting()
    try writer.commit(
      Publication(snapshots: [SnapshotDraft(asOf: 20_011, frame: Frame(rowCount: 0))]))
    let prepared = writer.store
    try writer.close()
    return prepared
  }

  private func apply(_ change: Change, _ writer: inout StoreWriter) throws {
    switch change {
    case .publish:
      try writer.commit(
        Publication(
          batches: [BatchDraft(Example.secondTable, sources: [Example.laterSource])],
          customers: [CustomersDraft(newIDs: StringTable(["dora"]))],
          snapshots: [SnapshotDraft(asOf: 20_011, frame: Frame(rowCount: 0))]))
    case .collect: try writer.collect(keepingSnapshots: 1)
    case .makeCurrent: try writer.makeCurrent("2024-10-14")
    case .migrate:
      try writer.commit(
        Publication(snapshots: [SnapshotDraft(asOf: 20_012, frame: Frame(rowCount: 0))]))
    }
  }

  @Test(
    "The store is the old or the new one, and the next writer tidies up",
    arguments: Change.allCases)
  func kills(change: Change) throws {
    let reference = TemporaryDirectory()
    let counter = SystemCalls(fault: nil)
    let store = try prepare(change, reference)
    var counting = try Store.open(at: store.path, system: counter).lockForWriting()
    let before = counter.callCounts
    try apply(change, &counting)
    let after = counter.callCounts
    let new = counting.store.manifest
    try counting.close()
    let calls: [SystemCalls.Call] = [
      .open, .read, .write, .synchronize, .rename, .makeDirectory, .remove, .link, .list,
    ]
    for call in calls {
      for ordinal in before[call, default: 0]..<after[call, default: 0] {
        for effect in [.fail(EIO), .failFromThenOn(ENOSPC), .die] as [SystemCalls.Fault.Effect] {
          // Reading back what was written is most of the calls; one in five of them tells as much.
          if call == .read && ordinal % 5 > 0 { continue }
          try check(change, .init(call, ordinal: ordinal, effect), new)
        }
      }
    }
  }

  private func check(_ change: Change, _ fault: SystemCalls.Fault, _ new: Manifest) throws {
    let directory = TemporaryDirectory()
    let old = try prepare(change, directory)
    let faulty = SystemCalls(fault: fault)
    var hasThrown = false
    do {
      var writer = try Store.open(at: old.path, system: faulty).lockForWriting()
      do {
        try apply(change, &writer)
      } catch {
        hasThrown = true
        if fault.effect != .die && change != .collect {
          #expect("\(error)".contains("the store is as it was"), "\(fault)")
        }
      }
    }
    let left = try Store.open(at: old.path).manifest
    #expect(left == old.manifest || left == new, "\(fault)")
    if fault.effect != .die { #expect((left == new) != hasThrown, "\(fault)") }
    #expect(try Store.verify(at: old.path).damages == [], "\(fault)")
    var next = try Store.open(at: old.path).lockForWriting()
    #expect(next.notes == [], "\(fault)")
    let tidy = try next.store.directories()
    #expect(Set(tidy.named) == left.live && tidy.foreign == [], "\(fault)")
    if left == old.manifest {
      try apply(change, &next)
      #expect(next.store.manifest == new, "\(fault)")
    }
    try next.close()
    #expect(try Store.verify(at: old.path).damages == [], "\(fault)")
    #expect(try Journal.read(old.reopened())?.state == .done, "\(fault)")
  }
}
