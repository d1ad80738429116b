using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MailAdmin.Store.Tests.Faults;

/// <summary>
/// An SQLite VFS that asks before each call whether it is to fail, and otherwise hands it on to SQLite's own (sqlite.org/vfs.html). Every instance has a
/// name of its own, so that tests run beside one another.
/// </summary>
/// <remarks>
/// Giving up locks, mappings and files cannot fail here: no file system refuses that, and SQLite does not look at the answer. Flushes are counted and can fail,
/// but are not carried out: a test's process does not lose power.
/// </remarks>
internal sealed unsafe partial class FaultVfs : IDisposable
{
    // sqlite3.h
    private const int Ok = 0, Full = 13, CannotOpen = 14;
    private const int Read = 10 | (1 << 8), Write = 10 | (3 << 8), Sync = 10 | (4 << 8), Truncate = 10 | (6 << 8), Stat = 10 | (7 << 8), Delete = 10 | (10 << 8),
        Access = 10 | (13 << 8), Lock = 10 | (15 << 8), SharedLock = 10 | (20 << 8), SharedMap = 10 | (21 << 8);
    private const int OpenWal = 0x80000, TakeSharedLock = 2;
    private const string Library = "e_sqlite3";

    private static readonly NativeMethods* Methods = MakeMethods();
    private static int _made;

    private readonly Func<string, Fault?> _ask;
    private readonly Native* _default;
    private readonly Native* _native;
    private readonly GCHandle _self;
    private int _open;

    /// <param name="ask">Gets a call's name; says how it fails, or null. Called on any thread.</param>
    public FaultVfs(Func<string, Fault?> ask)
    {
        _ask = ask;
        SQLitePCL.Batteries_V2.Init();
        Name = "faults-" + Interlocked.Increment(ref _made).ToString(CultureInfo.InvariantCulture);
        _default = Find(null);
        _self = GCHandle.Alloc(this);
        _native = (Native*)NativeMemory.AllocZeroed((nuint)sizeof(Native));
        *_native = *_default;
        _native->Version = 2;
        _native->FileSize = sizeof(ShimFile) + _default->FileSize;
        _native->Next = 0;
        _native->Name = Marshal.StringToCoTaskMemUTF8(Name);
        _native->AppData = GCHandle.ToIntPtr(_self);
        _native->Open = (nint)(delegate* unmanaged[Cdecl]<Native*, byte*, ShimFile*, int, int*, int>)&OnOpen;
        _native->Delete = (nint)(delegate* unmanaged[Cdecl]<Native*, byte*, int, int>)&OnDelete;
        _native->Access = (nint)(delegate* unmanaged[Cdecl]<Native*, byte*, int, int*, int>)&OnAccess;
        if (Register(_native, makeDefault: 0) != Ok)
        {
            throw new InvalidOperationException("SQLite did not take the VFS.");
        }
    }

    public string Name { get; }

    public void Dispose()
    {
        if (_open != 0)
        {
            // SQLite would call into freed memory.
            throw new InvalidOperationException($"{_open} files of SQLite were not closed.");
        }

        // It answers nothing but OK.
        _ = Unregister(_native);
        Marshal.FreeCoTaskMem(_native->Name);
        NativeMemory.Free(_native);
        _self.Free();
    }

    private static FaultVfs Of(Native* vfs) => (FaultVfs)GCHandle.FromIntPtr(vfs->AppData).Target!;

    /// <summary>The answer for a call that fails; 0 where it does not.</summary>
    private int Ask(string call, int error, bool needsSpace = false) => _ask("sqlite " + call) switch
    {
        null => Ok,
        Fault.NoSpace when needsSpace => Full,
        _ => error,
    };

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnOpen(Native* vfs, byte* name, ShimFile* file, int flags, int* outFlags)
    {
        var self = Of(vfs);
        file->Methods = null;
        file->Vfs = vfs;
        file->IsWal = (flags & OpenWal) != 0 ? 1 : 0;
        if (self.Ask("open", CannotOpen) is not Ok and var error)
        {
            return error;
        }

        var result = ((delegate* unmanaged[Cdecl]<Native*, byte*, void*, int, int*, int>)self._default->Open)(self._default, name, file->Real, flags, outFlags);
        if (file->RealMethods is not null)
        {
            file->Methods = Methods;
            Interlocked.Increment(ref self._open);
        }

        return result;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnDelete(Native* vfs, byte* name, int syncDirectory)
    {
        var self = Of(vfs);
        return self.Ask("delete", Delete) is not Ok and var error
            ? error
            : ((delegate* unmanaged[Cdecl]<Native*, byte*, int, int>)self._default->Delete)(self._default, name, 0);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnAccess(Native* vfs, byte* name, int flags, int* answer)
    {
        var self = Of(vfs);
        return self.Ask("access", Access) is not Ok and var error
            ? error
            : ((delegate* unmanaged[Cdecl]<Native*, byte*, int, int*, int>)self._default->Access)(self._default, name, flags, answer);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnClose(ShimFile* file)
    {
        var result = ((delegate* unmanaged[Cdecl]<void*, int>)file->RealMethods->Close)(file->Real);
        file->Methods = null;
        Interlocked.Decrement(ref Of(file->Vfs)._open);
        return result;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnRead(ShimFile* file, void* octets, int count, long offset) => Of(file->Vfs).Ask(file->IsWal != 0 ? "read wal" : "read", Read) is not Ok and var error
        ? error
        : ((delegate* unmanaged[Cdecl]<void*, void*, int, long, int>)file->RealMethods->Read)(file->Real, octets, count, offset);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnWrite(ShimFile* file, void* octets, int count, long offset)
    {
        var write = (delegate* unmanaged[Cdecl]<void*, void*, int, long, int>)file->RealMethods->Write;
        switch (Of(file->Vfs)._ask(file->IsWal != 0 ? "sqlite write wal" : "sqlite write"))
        {
            case null:
                return write(file->Real, octets, count, offset);
            case Fault.NoSpace:
                return Full;
            case Fault.ShortWrite:
                _ = write(file->Real, octets, count / 2, offset);
                return Write;
            default:
                return Write;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnTruncate(ShimFile* file, long size) => Of(file->Vfs).Ask("truncate", Truncate) is not Ok and var error
        ? error
        : ((delegate* unmanaged[Cdecl]<void*, long, int>)file->RealMethods->Truncate)(file->Real, size);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnSync(ShimFile* file, int flags) => Of(file->Vfs).Ask("flush", Sync, needsSpace: true);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnFileSize(ShimFile* file, long* size) => Of(file->Vfs).Ask("length", Stat) is not Ok and var error
        ? error
        : ((delegate* unmanaged[Cdecl]<void*, long*, int>)file->RealMethods->FileSize)(file->Real, size);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnLock(ShimFile* file, int level) => Of(file->Vfs).Ask("lock", Lock) is not Ok and var error
        ? error
        : ((delegate* unmanaged[Cdecl]<void*, int, int>)file->RealMethods->Lock)(file->Real, level);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnUnlock(ShimFile* file, int level) => ((delegate* unmanaged[Cdecl]<void*, int, int>)file->RealMethods->Unlock)(file->Real, level);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnCheckReservedLock(ShimFile* file, int* answer) =>
        ((delegate* unmanaged[Cdecl]<void*, int*, int>)file->RealMethods->CheckReservedLock)(file->Real, answer);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnFileControl(ShimFile* file, int operation, void* argument) =>
        ((delegate* unmanaged[Cdecl]<void*, int, void*, int>)file->RealMethods->FileControl)(file->Real, operation, argument);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnSectorSize(ShimFile* file) => ((delegate* unmanaged[Cdecl]<void*, int>)file->RealMethods->SectorSize)(file->Real);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnDeviceCharacteristics(ShimFile* file) => ((delegate* unmanaged[Cdecl]<void*, int>)file->RealMethods->DeviceCharacteristics)(file->Real);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnShmMap(ShimFile* file, int page, int size, int extend, void** mapped)
    {
        if (Of(file->Vfs).Ask("map shared memory", SharedMap) is not Ok and var error)
        {
            *mapped = null;
            return error;
        }

        return ((delegate* unmanaged[Cdecl]<void*, int, int, int, void**, int>)file->RealMethods->ShmMap)(file->Real, page, size, extend, mapped);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnShmLock(ShimFile* file, int offset, int count, int flags) =>
        (flags & TakeSharedLock) != 0 && Of(file->Vfs).Ask("lock shared memory", SharedLock) is not Ok and var error
            ? error
            : ((delegate* unmanaged[Cdecl]<void*, int, int, int, int>)file->RealMethods->ShmLock)(file->Real, offset, count, flags);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnShmBarrier(ShimFile* file) => ((delegate* unmanaged[Cdecl]<void*, void>)file->RealMethods->ShmBarrier)(file->Real);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnShmUnmap(ShimFile* file, int delete) => ((delegate* unmanaged[Cdecl]<void*, int, int>)file->RealMethods->ShmUnmap)(file->Real, delete);

    private static NativeMethods* MakeMethods()
    {
        // Kept for the life of the process: files of every instance point here.
        var methods = (NativeMethods*)NativeMemory.AllocZeroed((nuint)sizeof(NativeMethods));
        methods->Version = 2;
        methods->Close = (nint)(delegate* unmanaged[Cdecl]<ShimFile*, int>)&OnClose;
        methods->Read = (nint)(delegate* unmanaged[Cdecl]<ShimFile*, void*, int, long, int>)&OnRead;
        methods->Write = (nint)(delegate* unmanaged[Cdecl]<ShimFile*, void*, int, long, int>)&OnWrite;
        methods->Truncate = (nint)(delegate* unmanaged[Cdecl]<ShimFile*, long, int>)&OnTruncate;
        methods->Sync = (nint)(delegate* unmanaged[Cdecl]<ShimFile*, int, int>)&OnSync;
        methods->FileSize = (nint)(delegate* unmanaged[Cdecl]<ShimFile*, long*, int>)&OnFileSize;
        methods->Lock = (nint)(delegate* unmanaged[Cdecl]<ShimFile*, int, int>)&OnLock;
        methods->Unlock = (nint)(delegate* unmanaged[Cdecl]<ShimFile*, int, int>)&OnUnlock;
        methods->CheckReservedLock = (nint)(delegate* unmanaged[Cdecl]<ShimFile*, int*, int>)&OnCheckReservedLock;
        methods->FileControl = (nint)(delegate* unmanaged[Cdecl]<ShimFile*, int, void*, int>)&OnFileControl;
        methods->SectorSize = (nint)(delegate* unmanaged[Cdecl]<ShimFile*, int>)&OnSectorSize;
        methods->DeviceCharacteristics = (nint)(delegate* unmanaged[Cdecl]<ShimFile*, int>)&OnDeviceCharacteristics;
        methods->ShmMap = (nint)(delegate* unmanaged[Cdecl]<ShimFile*, int, int, int, void**, int>)&OnShmMap;
        methods->ShmLock = (nint)(delegate* unmanaged[Cdecl]<ShimFile*, int, int, int, int>)&OnShmLock;
        methods->ShmBarrier = (nint)(delegate* unmanaged[Cdecl]<ShimFile*, void>)&OnShmBarrier;
        methods->ShmUnmap = (nint)(delegate* unmanaged[Cdecl]<ShimFile*, int, int>)&OnShmUnmap;
        return methods;
    }

    [LibraryImport(Library, EntryPoint = "sqlite3_vfs_find", StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial Native* Find(string? name);

    [LibraryImport(Library, EntryPoint = "sqlite3_vfs_register")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial int Register(Native* vfs, int makeDefault);

    [LibraryImport(Library, EntryPoint = "sqlite3_vfs_unregister")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial int Unregister(Native* vfs);

    /// <summary>sqlite3_vfs.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Native
    {
        public int Version, FileSize, MaxPath;
        public nint Next, Name, AppData;
        public nint Open, Delete, Access, FullPath, DlOpen, DlError, DlSym, DlClose, Randomness, Sleep, CurrentTime, LastError, CurrentTimeInt64;
        public nint SetSystemCall, GetSystemCall, NextSystemCall;
    }

    /// <summary>sqlite3_io_methods, up to its second version: no memory-mapped files.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct NativeMethods
    {
        public int Version;
        public nint Close, Read, Write, Truncate, Sync, FileSize, Lock, Unlock, CheckReservedLock, FileControl, SectorSize, DeviceCharacteristics;
        public nint ShmMap, ShmLock, ShmBarrier, ShmUnmap;
    }

    /// <summary>sqlite3_file of this VFS; the one of SQLite's own lies behind it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ShimFile
    {
        public NativeMethods* Methods;
        public Native* Vfs;
        public long IsWal;

        public void* Real => (byte*)Unsafe.AsPointer(ref this) + sizeof(ShimFile);
        public NativeMethods* RealMethods => *(NativeMethods**)Real;
    }
}
