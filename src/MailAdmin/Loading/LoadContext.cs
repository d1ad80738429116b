using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.Loader;

namespace MailAdmin.Loading;

/// <summary>
/// Keeps the module's own assemblies and every package apart from those of the host and of other modules, which bring other versions
/// of the same names. This assembly is the one exception: it stays where PowerShell finds types by name, so that
/// <c>[MailAdmin.Mailbox]</c> resolves and objects on the pipeline have one identity.
/// </summary>
/// <remarks>
/// One context per process, kept for its life: running servers live in it, and a second import must meet the same statics.
/// </remarks>
public sealed class LoadContext : AssemblyLoadContext
{
    private static readonly Lock Gate = new();
    private static LoadContext? _instance;

    private readonly AssemblyDependencyResolver _resolver;
    private readonly Assembly _module;

    private LoadContext(string path)
        : base("MailAdmin")
    {
        // Reads MailAdmin.Module.deps.json beside the assembly: managed packages and, by platform, native libraries.
        _resolver = new AssemblyDependencyResolver(path);
        ModulePath = path;
        _module = LoadFromAssemblyPath(path);
    }

    /// <summary>Full path of the assembly that the context was made for.</summary>
    public string ModulePath { get; }

    /// <summary>Loads the module's assembly in the context; a second call gives the same assembly.</summary>
    /// <param name="path">Path of MailAdmin.Module.dll.</param>
    /// <exception cref="FileNotFoundException">There is no such file; the message says how to make it.</exception>
    /// <exception cref="InvalidOperationException">This process already runs another build of the module.</exception>
    public static Assembly LoadModule(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        path = Path.GetFullPath(path);
        lock (Gate)
        {
            if (_instance is null)
            {
                if (!File.Exists(path))
                {
                    throw new FileNotFoundException($"'{path}' is missing. In a source tree, build it first: dotnet build src/MailAdmin.Module", path);
                }

                _instance = new LoadContext(path);
            }
            else if (!SameAssembly(_instance, path))
            {
                throw new InvalidOperationException(
                    $"This process already runs MailAdmin from '{_instance.ModulePath}'. Start a new PowerShell to use the one in '{path}'.");
            }

            return _instance._module;
        }
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        ArgumentNullException.ThrowIfNull(assemblyName);
        if (assemblyName.Name == typeof(LoadContext).Assembly.GetName().Name)
        {
            return typeof(LoadContext).Assembly;
        }

        // Null sends the runtime to the default context: the framework, and the engine whose types the cmdlets derive from.
        return _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;
    }

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;

    // The same build in two places (source tree and published folder) is one module; only a different build cannot be had beside it.
    private static bool SameAssembly(LoadContext loaded, string path) =>
        string.Equals(loaded.ModulePath, path, StringComparison.Ordinal)
        || (File.Exists(path) && BuildOf(path) == loaded._module.ManifestModule.ModuleVersionId);

    // The compiler gives each build an id of its own. ECMA-335 §II.22.30.
    private static Guid BuildOf(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var metadata = file.GetMetadataReader();
        return metadata.GetGuid(metadata.GetModuleDefinition().Mvid);
    }
}
