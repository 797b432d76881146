console.log('workspace')
