import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that its owner alone can read, from the moment it is there; none where it cannot be opened, and `errno` says why.
func ownedFile(_ path: String, _ flags: Int32) -> FileHandle? {
  let descriptor = open(path, flags | O_CLOEXEC, 0o600)
  return descriptor >= 0 ? FileHandle(fileDescriptor: descriptor, closeOnDealloc: true) : nil
}

/// Puts a file in place of another, at once and whole; when it returns, that outlasts a loss of power. Whether it was done.
func put(_ new: String, inPlaceOf path: String) -> Bool {
  guard rename(new, path) == 0 else { return false }
  syncFolder(of: path)
  return true
}

/// When it returns, the file's name outlasts a loss of power. Where a folder cannot be synced, the system sees to it by itself.
func syncFolder(of path: String) {
  let folder = (path as NSString).deletingLastPathComponent
  let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  fsync(descriptor)
  close(descriptor)
}
